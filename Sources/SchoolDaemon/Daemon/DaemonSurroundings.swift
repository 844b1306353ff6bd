import LevelTree
import Logging
import Settings

extension Daemon {
    /// What it needs from outside.
    public struct Surroundings: Sendable {
        /// Reads the configuration again.
        public var settings: @Sendable () throws -> CollectdSettings
        public var service: ServiceManager
        public var log: Logger
        public var clock: MachineClock

        public init(
            settings: @escaping @Sendable () throws -> CollectdSettings, service: ServiceManager, log: Logger,
            clock: MachineClock = .real
        ) {
            self.settings = settings
            self.service = service
            self.log = log
            self.clock = clock
        }
    }
}
