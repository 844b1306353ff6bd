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
        await check.tryContainer(school, identity)
        if let identity { await check.tryScripts(school, identity) }
        check.tryStaging(school)
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
                if let refusal = try school.standing().refusal { throw refusal }
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
            // Its sources are those of whom it was taken for until now.
            return try? school.identity()
        }
    }

    private mutating func tryClock(_ school: School) {
        let now = school.clock.now()
        do {
            let moment = try CollectionMoment(
                now: now, bootSeconds: school.clock.bootSeconds(), zone: school.zone, latestTrusted: nil,
                storeTime: school.storeTime)
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
        let lost = tryMirrors(school, identity)
        let context = school.lookingContext(identity)
        for collector in school.collectors() {
            let subject = "source \(collector.dataset)"
            let location = collector.locate(context)
            let places = location.gathering.parts.compactMap(\.place)
            if !school.settings.settings(for: collector.dataset).isEnabled {
                ok(subject, "switched off under [collect]")
            } else if let generation = lost[collector.dataset] {
                warn(
                    subject,
                    "\(location.absence ?? "it is empty now"); it was there once: generation \(generation.sequence) with "
                        + "\(ByteText.count(Int(clamping: generation.files), "file")) stands until this is believed; if its "
                        + "disk is not mounted, mount it")
            } else if location.absence != nil, !location.inside.isEmpty {
                ok(subject, location.inside.joined(separator: "; "))
            } else if let absence = location.absence, location.mayBeMade {
                ok(subject, (location.notes + [absence]).joined(separator: "; "))
            } else if let absence = location.absence {
                ok(subject, "not on this machine: \(absence)")
            } else if let problem = location.problem {
                if problem.code == .misplaced {
                    fault(subject, problem.message, .config)
                } else {
                    warn(subject, problem.message)
                }
            } else if let unreadable = places.compactMap(Self.whyUnreadable).first {
                fault(subject, unreadable, .io)
            } else {
                ok(subject, (places.map { escapedText($0.path) } + location.notes).joined(separator: "; "))
            }
        }
    }

    /// Nil if this process may read what lies there.
    private static func whyUnreadable(_ place: SourcePlace) -> String? {
        do throws(SourceProblem) {
            close(try place.openDescriptor(.file))
            return nil
        } catch {
            return
                "\(error.message); give the service the right to (AmbientCapabilities=CAP_DAC_READ_SEARCH), or mount its "
                + "disk"
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
