import Collecting
import Glibc
import LevelTree
import Settings
import Staging
import Terminal
import Uploading

extension Check {
    /// Tries everything that the configuration names. Changes nothing, sends nothing but a greeting, and goes on after
    /// every fault.
    ///
    /// - Parameter configuration: the file that was read.
    public static func run(_ school: School, configuration: String) async -> Check {
        var check = Check()
        check.ok("configuration", configuration)
        let identity = check.tryIdentity(school)
        check.tryClock(school)
        if let identity { check.trySources(school, identity) }
        await check.tryContainer(school)
        check.tryStaging(school, identity)
        await check.tryStore(school)
        return check
    }

    private mutating func tryIdentity(_ school: School) -> SchoolIdentity? {
        do {
            let found = try school.serverIdentity()
            let identity = found.identity
            let code = identity.schoolCode.text.isEmpty ? "no code" : "code \(identity.schoolCode)"
            let source = found.file.map { "from \($0)" } ?? "from the configuration"
            do {
                try identity.requireConfigured()
                _ = try identity.levelTwo(Year(2018))
                ok("school", "\(identity.serverID), \(code), \(identity.schoolName) (\(source))")
            } catch {
                fault("school", "\(error)", .config)
            }
            for warning in found.warnings { warn("school", warning) }
            return identity
        } catch {
            fault("school", error)
            return nil
        }
    }

    private mutating func tryClock(_ school: School) {
        let now = school.clock.now()
        do {
            let moment = try CollectionMoment(
                now: now, bootSeconds: school.clock.bootSeconds(), zone: school.zone, latestTrusted: nil)
            if let warning = moment.warning(in: school.zone) {
                warn("clock", warning)
            } else {
                ok("clock", "\(school.zone.local(now).dateText) (\(school.zone.name))")
            }
        } catch {
            fault("clock", "\(error)", .config)
        }
    }

    private mutating func trySources(_ school: School, _ identity: SchoolIdentity) {
        for missing in school.missingSources() { fault("source", missing, .config) }
        let context = school.lookingContext(identity)
        for collector in school.collectors() {
            let subject = "source \(collector.dataset)"
            let location = collector.locate(context)
            let places = location.gathering.parts.compactMap(Self.place)
            if !school.settings.settings(for: collector.dataset).isEnabled {
                ok(subject, "switched off by its table under [collect]")
            } else if let absence = location.absence {
                ok(subject, "not on this machine: \(absence)")
            } else if let problem = location.problem {
                warn(subject, problem.message)
            } else if let unreadable = places.compactMap(Self.whyUnreadable).first {
                fault(subject, unreadable, .io)
            } else {
                ok(subject, (places.map { escapedText($0) } + location.notes).joined(separator: "; "))
            }
        }
    }

    private static func place(_ part: Gathering.Part) -> [UInt8]? {
        switch part {
        case .folder(let folder): folder.path
        case .file(let place, _): place
        case .text: nil
        }
    }

    /// Nil if this process may read what lies there.
    private static func whyUnreadable(_ place: [UInt8]) -> String? {
        let descriptor = (place + [0]).withUnsafeBufferPointer { path in
            path.withMemoryRebound(to: CChar.self) { name in
                name.baseAddress.map { open($0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) } ?? -1
            }
        }
        if descriptor >= 0 {
            close(descriptor)
            return nil
        }
        return
            "\(escapedText(place)) cannot be read: \(String(cString: strerror(errno))); give the service the right to "
            + "(AmbientCapabilities=CAP_DAC_READ_SEARCH), or mount its disk"
    }

    private mutating func tryStaging(_ school: School, _ identity: SchoolIdentity?) {
        let directory = school.settings.staging.directory
        for open in ["/home/core/backups", "/home/core/setup-software"] where (directory + "/").hasPrefix(open + "/") {
            fault(
                "staging", "\(open) is shown to everybody in the school's network; move directory under [staging]",
                .config)
        }
        var status = stat()
        guard stat(directory, &status) == 0 else {
            return warn("staging", "\(directory) is not there yet; the first enroll or collect makes it")
        }
        guard let identity else { return warn("staging", "not tried: who this school is must be known first") }
        do {
            let use = try school.openStaging(identity).diskUse()
            let sentence =
                "\(directory): \(ByteText.size(use.used)) of \(ByteText.size(use.budget)) used, "
                + "\(ByteText.size(use.free)) free on the disk"
            if use.isAboveHighWater {
                fault(
                    "staging",
                    "\(sentence), of which \(ByteText.size(use.keepFree)) must stay free: nothing is collected until there "
                        + "is room; upload, or make room, or raise budget under [staging]", .notNow)
            } else {
                ok("staging", sentence)
            }
        } catch let error as StagingError where error.code == .busy {
            ok("staging", "\(directory): in use by another clix-collectd")
        } catch {
            fault("staging", error)
        }
    }

    private mutating func tryStore(_ school: School) async {
        do {
            guard let installation = try Installation.load(from: school.files) else {
                let address = school.settings.store.map { " at \($0)" } ?? ""
                return fault(
                    "store", "not enrolled\(address): ask the store's operator for a code and run clix-collectd enroll",
                    .refused)
            }
            let address = try school.storeAddress()
            _ = try await school.greetStore(installation)
            ok("store", "\(address) answers; this machine is \(installation.id), its folder \(installation.directory)")
        } catch let failure as TransferFailure {
            switch failure.kind {
            // Offline is a school's ordinary state.
            case .unreachable, .cut, .stalled, .cancelled: warn("store", failure.message)
            default: fault("store", failure.message, .refused)
            }
        } catch {
            fault("store", error)
        }
    }
}
