extension DatasetReport {
    /// How its collection ended, for the schedule.
    var jobEnding: Schedule.Ending {
        switch ending {
        case .published(let generation), .unchanged(let generation):
            // Also the first days' partial state is no reason to leave for tomorrow what may be had in ten minutes.
            isForNow && generation.outcome != .complete ? .failed : .done
        case .absent: isForNow ? .failed : .done
        case .held: .done
        case .waiting: .early
        case .failed: .failed
        }
    }
}
