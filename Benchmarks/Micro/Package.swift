// swift-tools-version:6.1
import PackageDescription

// A package of its own, so that nobody who builds the programs has to fetch what measures them.
let package = Package(
    name: "clix-collect-micro",
    dependencies: [
        .package(name: "clix-collect", path: "../.."),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        // Without its traits, which put libraries of their own under malloc and the runtime: its counts of allocations read
        // 0 so, and tell nothing.
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        // The plugin takes a target for a suite if the folder above it is called Benchmarks: the one above this package.
        .executableTarget(
            name: "Micro",
            dependencies: [
                .product(name: "Stations", package: "clix-collect"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: ".",
            sources: ["Sources"],
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
    ],
    swiftLanguageModes: [.v6]
)
