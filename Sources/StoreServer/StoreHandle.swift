import CentralStore
import Crypto
import FoundationEssentials
import Glibc
import Settings

/// A store that this process holds under its exclusive lock, with all that is read from its directory beside it.
struct StoreHandle: Sendable {
    let directory: DataDirectory
    let store: CentralStore
    let authority: Authority
    let limits: StoreLimits

    /// Throws `StoreServerError` (busy) where another process holds the store, and what is wrong with the directory.
    ///
    /// - Parameter note: gets a sentence for the operator where something had to be put right first.
    static func open(
        _ directory: DataDirectory, limits: StoreLimits = StoreLimits(), note: (String) -> Void = { _ in }
    ) throws -> StoreHandle {
        try directory.requireInitialised()
        let authority = try Authority.load(from: directory.tls)
        let keys = try StoreKeys.load(from: directory.keys)
        let options = StoreOptions(
            receiptKey: keys.receipt,
            sealingKey: Array(keys.sealing.publicKey.rawRepresentation),
            authority: authority.fingerprint,
            limits: limits)
        let store = try CentralStore.open(at: directory.path, options: options)
        if store.madeCatalogAnew {
            note(
                "the catalog of \(directory.path) was gone or in doubt, and was made anew from the packs; forgotten are "
                    + "only when schools were last heard from and their last reports")
        }
        return StoreHandle(directory: directory, store: store, authority: authority, limits: limits)
    }
}
