import LevelTree

/// Whether what `db` and `postgres-dump` are dumped with is there, and its servers answer: for `check`.
public enum DumpServers {
    /// One sentence for each dataset that could not be dumped now.
    ///
    /// For a container that runs; each question takes 20 s at most.
    public static func problems(_ context: CollectionContext) async -> [(dataset: Dataset, problem: String)] {
        let masking = context.masking()
        let asked: [(String, @Sendable () async throws -> Void)] = [
            ("db", { try await mongo(context.container) }),
            ("postgres-dump", { try await postgres(context.container) }),
        ]
        var problems: [(dataset: Dataset, problem: String)] = []
        for (name, ask) in asked {
            do { try await ask() } catch { problems.append((.of(name), masking.apply(to: "\(error)"))) }
        }
        return problems
    }

    private static func mongo(_ container: Container) async throws {
        _ = try await MongoShell(container: container, deadline: .seconds(20)).databases()
        _ = try await container.run(program("mongodump", "--version"))
    }

    private static func postgres(_ container: Container) async throws {
        _ = try await container.run(program("psql", "-XAtc", "SELECT 1", user: "postgres"))
        _ = try await container.run(program("pg_dumpall", "--version", user: "postgres"))
    }

    private static func program(_ words: String..., user: String? = nil) -> ContainerProgram {
        ContainerProgram(words.map { Array($0.utf8) }, user: user, deadline: .seconds(20))
    }
}

extension DumpServers {
    /// How many bytes the databases of the container's PostgreSQL take in there; nil if it does not say, within 20 s.
    public static func postgresSize(_ context: CollectionContext) async -> UInt64? {
        let question = "SELECT sum(pg_database_size(datname)) FROM pg_database"
        let answer = try? await context.container.run(program("psql", "-XAtc", question, user: "postgres")).output
        return answer.flatMap { UInt64(String(decoding: $0.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)) }
    }
}
