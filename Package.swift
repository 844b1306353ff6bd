// swift-tools-version:6.2
import PackageDescription

// Chunking and hashing run over every byte a school has, so they are optimised in debug builds as well:
// without that, the tests would spend their time in the chunker.
let alwaysOptimised: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

// Some 100,000 relocations, which every start reads, take 2.4 MB as gold writes them, and 20 kB packed (glibc 2.36).
// lld also keeps what is only read apart from code: 3 MB less of the program are resident.
let packedRelocations: [LinkerSetting] = [
    .unsafeFlags(["-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs"], .when(configuration: .release))
]

// A page of code that is needed has the kernel map the 15 around it, too: of 22 MB, where a run needs 2 here and there, 14
// were resident, and 25 of the store's. What runs lies side by side instead; scripts/order-code.sh finds it out.
func codeOrder(_ program: String) -> [LinkerSetting] {
    [
        .unsafeFlags(
            [
                "-Xlinker", "--symbol-ordering-file=\(Context.packageDirectory)/Sources/\(program)/code-order.txt",
                "-Xlinker", "--no-warn-symbol-ordering",
            ], .when(configuration: .release))
    ]
}

// What has Dispatch wake its process once a second for ever: Sources/CLinux/QuietPool.c.
let quietPool: [LinkerSetting] = [
    .unsafeFlags(
        ["register", "unregister"].flatMap { ["-Xlinker", "--wrap=_dispatch_workq_worker_\($0)"] },
        .when(configuration: .release))
]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "clix-collect",
    products: [
        .executable(name: "clix-collectd", targets: ["clix-collectd"]),
        .executable(name: "clix-store", targets: ["clix-store"]),
        // For Benchmarks/Micro alone.
        .library(name: "Stations", targets: ["LevelTree", "Content", "Wire", "Staging", "CentralStore"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        // The standard and the formats: pure values.
        .target(name: "LevelTree"),
        .target(name: "Content", dependencies: ["LevelTree", "CZstd", crypto], swiftSettings: alwaysOptimised),
        .target(name: "Wire", dependencies: ["LevelTree", "Content", crypto]),
        .target(
            name: "Settings",
            dependencies: ["LevelTree", .product(name: "TOMLKit", package: "TOMLKit")]),

        // The school's side.
        .target(
            name: "Collecting",
            dependencies: [
                "LevelTree", "Settings", "Content", "Staging", "Terminal", "CBSON", "CLinux", "CMinizip",
                "CZlib", crypto,
                .product(name: "Subprocess", package: "swift-subprocess"),
            ]),
        .target(name: "Staging", dependencies: ["LevelTree", "Content", "Wire", "Terminal", "CLinux", grdb]),
        .target(
            name: "Uploading",
            dependencies: ["LevelTree", "Content", "Wire", "Staging", "CCurl", "CLinux", crypto, logging]),
        .target(
            name: "SchoolDaemon",
            dependencies: [
                "LevelTree", "Wire", "Settings", "Collecting", "Staging", "Uploading", "Terminal", "CLinux", logging,
            ]),

        // The store's side.
        .target(
            name: "CentralStore",
            dependencies: ["LevelTree", "Content", "Wire", "CZstd", "CLinux", crypto, grdb, logging]),
        .target(
            name: "StoreServer",
            dependencies: [
                "LevelTree", "Content", "Wire", "Settings", "CentralStore", "CLinux", "CZstd", crypto, logging,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ]),

        // What people type, and what runs them.
        .target(name: "Terminal", dependencies: ["CLinux"]),
        .target(name: "Systemd", dependencies: ["Terminal", "CSystemd", logging]),
        .executableTarget(
            name: "clix-collectd",
            dependencies: [
                "LevelTree", "Settings", "Collecting", "Staging", "Uploading", "SchoolDaemon", "Systemd", "Terminal",
                "Wire", argumentParser, logging,
            ],
            exclude: ["code-order.txt"],
            linkerSettings: packedRelocations + codeOrder("clix-collectd") + quietPool),
        .executableTarget(
            name: "clix-store",
            dependencies: [
                "LevelTree", "Settings", "Content", "Wire", "CentralStore", "StoreServer", "Systemd", "Terminal",
                argumentParser, logging,
            ],
            exclude: ["code-order.txt"],
            linkerSettings: packedRelocations + codeOrder("clix-store")),

        // System libraries, and typed shims for what Swift's Glibc module lacks.
        .systemLibrary(name: "CCurlLibrary", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(name: "CCurl", dependencies: ["CCurlLibrary"]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CBSON", pkgConfig: "libbson-1.0", providers: [.apt(["libbson-dev"])]),
        .systemLibrary(name: "CMinizip", pkgConfig: "minizip", providers: [.apt(["libminizip-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .target(name: "CLinux"),

        // A test target for each target, one with both programs running, and what several of them use.
        .target(name: "TestSupport", dependencies: ["LevelTree", logging], path: "Tests/TestSupport"),
        .testTarget(name: "LevelTreeTests", dependencies: ["LevelTree"]),
        .testTarget(name: "ContentTests", dependencies: ["Content", "LevelTree", "CZstd"]),
        .testTarget(name: "WireTests", dependencies: ["Wire", "Content", "LevelTree", crypto]),
        .testTarget(name: "SettingsTests", dependencies: ["Settings", "LevelTree", "TestSupport"]),
        .testTarget(
            name: "SchoolDaemonTests",
            dependencies: [
                "SchoolDaemon", "clix-collectd", "CLinux", "Collecting", "LevelTree", "Settings", "Staging",
                "Terminal", "TestSupport", "Uploading", "Wire", logging,
            ]),
        .testTarget(name: "TerminalTests", dependencies: ["Terminal"]),
        .testTarget(name: "CollectingTests", dependencies: ["Collecting", "Staging", "Settings", "LevelTree"]),
        .testTarget(
            name: "CentralStoreTests",
            dependencies: ["CentralStore", "Content", "LevelTree", "Wire", "CZstd", "CLinux", crypto, grdb]),
        .testTarget(
            name: "StoreServerTests",
            dependencies: [
                "StoreServer", "clix-store", "CentralStore", "Content", "LevelTree", "Settings", "TestSupport", "Wire",
                crypto, logging,
            ]),
        .testTarget(
            name: "StagingTests", dependencies: ["Staging", "Content", "LevelTree", "Wire", "CLinux", crypto, grdb]),
        .testTarget(
            name: "UploadingTests",
            dependencies: [
                "Uploading", "Staging", "Wire", "Content", "LevelTree", crypto,
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            exclude: ["Support/tls_server.py"]),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "LevelTree", "Content", "Wire", crypto,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
