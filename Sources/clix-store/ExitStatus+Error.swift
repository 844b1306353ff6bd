import ArgumentParser
import CentralStore
import LevelTree
import Settings
import StoreServer
import Terminal

/// Runs a command's work; whatever it throws is said on standard error and becomes the exit code of the contract.
func reporting(_ work: () async throws -> Void) async throws {
    do {
        try await work()
    } catch let code as ExitCode {
        throw code
    } catch {
        throw said(error)
    }
}

/// The same for work that does not wait.
func reporting(_ work: () throws -> Void) throws {
    do {
        try work()
    } catch let code as ExitCode {
        throw code
    } catch {
        throw said(error)
    }
}

private func said(_ error: any Error) -> ExitCode {
    StandardError.write("clix-store: \(TerminalText.escapedLines("\(error)"))\n")
    return ExitCode(exitStatus(of: error).rawValue)
}

/// Which code of the contract says what an error means.
func exitStatus(of error: any Error) -> ExitStatus {
    switch error {
    case let error as StoreServerError: exitStatus(of: error.code)
    case let error as StoreError: exitStatus(of: error.code)
    case is IdentityProblem: .usage
    case is SettingsError: .config
    default: .io
    }
}

private func exitStatus(of code: StoreServerError.Code) -> ExitStatus {
    switch code {
    case .badArgument, .unknownName, .alreadyThere: .usage
    case .notInitialised, .badSettings: .config
    case .damagedKeys: .damaged
    case .busy: .notNow
    case .cannotListen: .unavailable
    default: .io
    }
}

private func exitStatus(of code: StoreError.Code) -> ExitStatus {
    switch code {
    case .notFound, .exists, .unusable, .unconfiguredServer: .usage
    case .damaged, .unknownChunk, .noCatalog: .damaged
    case .busy, .storeFull: .notNow
    case .storage: .io
    default: .refused
    }
}

extension TerminalText {
    /// Like `escaped`, but lines stay lines: a list of problems is read better that way.
    static func escapedLines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { escaped(String($0)) }.joined(
            separator: "\n")
    }
}
