import Benchmark

/// All of them. Each runs in a process of its own, so what one has made does not lie in another's memory.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        timeUnits: .microseconds, units: [.cpu: .count, .megabytesPerSecond: .count], warmupIterations: 1,
        maxDuration: .seconds(2), maxIterations: 1000)
    chunking()
    hashing()
    framing()
    manifests()
    missingAtStore()
    knownAtSchool()
    commits()
}

/// A benchmark over something that is made before its first run, and let go of after its last.
func benchmark<Sample>(
    _ name: String, metrics: [BenchmarkMetric] = [.wallClock, .cpu], over make: @escaping () throws -> Sample,
    _ body: @escaping (Benchmark, Sample) throws -> Void
) {
    var sample: Sample?
    Benchmark(name, configuration: .init(metrics: metrics)) { benchmark in
        guard let sample else { return benchmark.error("\(name) has no sample") }
        try body(benchmark, sample)
    } setup: {
        sample = try make()
    } teardown: {
        sample = nil
    }
}

/// One whose work goes over so many bytes of raw content: its speed is told too.
func benchmark<Sample>(
    _ name: String, bytes: Int, over make: @escaping () throws -> Sample,
    _ work: @escaping (Sample) throws -> some Any
) {
    benchmark(name, metrics: [.wallClock, .cpu, .megabytesPerSecond], over: make) { benchmark, sample in
        try benchmark.measure(bytes: bytes) { try work(sample) }
    }
}
