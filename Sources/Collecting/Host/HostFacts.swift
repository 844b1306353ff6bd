/// An address of one of the machine's network interfaces.
public struct InterfaceAddress: Hashable, Sendable {
    /// `eth0`.
    public let interface: String
    /// `192.168.1.5`, or an IPv6 address in its short form.
    public let address: String

    public init(interface: String, address: String) {
        self.interface = interface
        self.address = address
    }
}

/// What the heartbeat asks the machine itself; programs are asked through `ProgramRunner`.
public protocol HostFacts: Sendable {
    func hostname() -> String
    /// Of every interface, as the system lists them.
    func addresses() -> [InterfaceAddress]
    /// Each of these stands in for a program that is missing, as text; empty if the system does not tell.
    func memory() -> [UInt8]
    func disks() -> [UInt8]
    func uptime() -> [UInt8]
    func processes() -> [UInt8]
}
