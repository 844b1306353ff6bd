import LevelTree

/// Makes one heartbeat: who the server is, and how it is, in the words of `free`, `df`, `uptime` and `ps`.
struct Heartbeat: Sendable {
    let context: CollectionContext

    var name: RelativePath { HeartbeatName.name(at: context.now, held: context.held, in: context.timeZone) }

    func make() async -> [UInt8] {
        var text = HeartbeatText()
        text.add("hostname of server (hostname)", context.host.hostname())
        text.add("identity of the school (server settings)", identity)
        text.add("date and clock of the server (date)", clock)
        text.add("internal ip addresses of the system (ip address)", addresses)
        text.add("RAM details (free -h)", await output(["free", "-h"], else: context.host.memory))
        // Status 1 means that one of the filesystems gave no answer; the others did.
        text.add("HDD details (df -h)", await output(["df", "-h"], accepting: [0, 1], else: context.host.disks))
        text.add("uptime (uptime)", await output(["uptime"], else: context.host.uptime))
        text.add(
            "current process (ps aux)",
            context.masking().apply(
                to: await output(["ps", "aux"], else: context.host.processes), as: .commandLines))
        return text.bytes
    }

    private var identity: String {
        let identity = context.identity
        return """
            server id : \(identity.serverID)
            school id : \(identity.schoolCode)
            school name : \(escapedText(identity.schoolName.utf8))
            """
    }

    private var clock: String {
        let date = context.timeZone.local(context.now).dateText
        guard !context.isClockTrusted else {
            return [date, context.clockNote].compactMap(\.self).joined(separator: "\n")
        }
        return date + "\nThe clock of this server is not to be trusted: this date, and the one in this file's name, "
            + "may be wrong."
    }

    /// Of the real interfaces: neither the loopback nor those that Docker makes.
    private var addresses: String {
        context.host.addresses().filter { address in
            !["lo", "docker", "veth", "br-"].contains { prefix in
                prefix == "lo" ? address.interface == "lo" : address.interface.hasPrefix(prefix)
            } && !address.address.hasPrefix("fe80:")
        }.map { "\($0.interface)- \($0.address)\n" }.joined()
    }

    private func output(
        _ command: [String], accepting statuses: Set<Int32> = [0], else standIn: () -> [UInt8]
    ) async -> [UInt8] {
        var program = Program(command[0], command.dropFirst().map { Array($0.utf8) })
        program.environment = [
            "PATH": Program.searchPath, "LC_ALL": "C.UTF-8", "TZ": context.timeZone.posixText(at: context.now),
        ]
        program.overflow = .cut
        program.deadline = .seconds(20)
        program.succeeds = { ending in
            guard case .exited(let status) = ending else { return false }
            return statuses.contains(status)
        }
        do {
            let result = try await context.programs.run(program)
            return result.output + (result.isCut ? Array("\n(the rest is left out)\n".utf8) : [])
        } catch {
            return Array("(\(error.message); what the system itself tells:)\n".utf8) + standIn()
        }
    }
}
