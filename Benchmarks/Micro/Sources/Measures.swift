import Benchmark
import Glibc

extension BenchmarkMetric {
    /// User and system time of the whole process, in microseconds. The library's own counts in ticks of 10 ms.
    static let cpu = BenchmarkMetric.custom("CPU (μs)", useScalingFactor: false)
    /// Of raw content, in millions of bytes for each second of that time.
    static let megabytesPerSecond = BenchmarkMetric.custom(
        "MB/s of CPU", polarity: .prefersLarger, useScalingFactor: false)
}

extension Benchmark {
    /// Measures this work alone, not what the benchmark does around it.
    /// - Parameter bytes: how much raw content it goes over, where its speed is told.
    func measure(bytes: Int? = nil, _ work: () throws -> some Any) rethrows {
        startMeasurement()
        let began = cpuMicroseconds()
        Benchmark.blackHole(try work())
        let cpu = max(cpuMicroseconds() - began, 1)
        stopMeasurement()
        measurement(.cpu, cpu)
        if let bytes { measurement(.megabytesPerSecond, bytes / cpu) }
    }

    private func cpuMicroseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
    }
}
