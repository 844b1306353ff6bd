/// LEVEL 1: the state a school lies in.
///
/// The codes are those of server ids and of the standard's tree. Central folders of the old way wrote `cg` and `ts` for
/// Chhattisgarh and Telangana; those are not codes here.
public enum StateCode: String, CaseIterable, Sendable, Codable {
    case mz, rj, ct, tg

    public var name: String {
        switch self {
        case .mz: "Mizoram"
        case .rj: "Rajasthan"
        case .ct: "Chhattisgarh"
        case .tg: "Telangana"
        }
    }
}
