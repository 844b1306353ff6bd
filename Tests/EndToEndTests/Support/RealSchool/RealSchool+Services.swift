import Foundation

/// What goes on in the container's services while a test watches.
extension RealSchool {
    private static let fixture = "/usr/local/lib/clix-fixture"

    // MARK: PostgreSQL

    /// What a query gives: a line a row, columns divided by `|`.
    func sql(_ query: String, in database: String = "gstudio_psql") throws -> [String] {
        try run("psql", "-At", "-d", database, "-c", query, user: "postgres").ended(with: 0).lines
    }

    /// Rows of each table of each database, as `gstudio_psql.auth_user|304`: of the school's server.
    func rowCounts() throws -> [String] { try run("\(RealSchool.fixture)/count-rows").ended(with: 0).lines }

    /// The same of a second, new PostgreSQL server into which this dump was restored.
    func rowCounts(afterRestoring dump: Data) throws -> [String] {
        try run("\(RealSchool.fixture)/restore-dump", input: dump).ended(with: 0).lines
    }

    /// Makes every dump wait in the middle of its output, as behind a long transaction, until the result is ended by
    /// `endSession`.
    func lockUsers() throws -> ChildProcess {
        let script = "BEGIN; LOCK TABLE auth_user; \\! echo locked\n SELECT pg_sleep(600);"
        let session = try ChildProcess(
            engine.command[0],
            engine.command.dropFirst() + [
                "exec", "-i", "-u", "postgres", RealSchool.container, "psql", "gstudio_psql",
            ],
            input: Data(script.utf8))
        _ = try session.waitForLine(containing: "locked")
        return session
    }

    func endSession(_ session: ChildProcess) throws {
        _ = try sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()"
        )
        _ = try session.wait()
    }

    // MARK: MongoDB

    /// Adds documents to a collection, as lessons do.
    func insert(_ count: Int, into collection: String, of database: String = "gstudio-mongodb") throws {
        let program = "\(RealSchool.fixture)/mongo_data.py"
        try run("python3", program, "insert", database, collection, String(count)).ended(with: 0)
    }

    /// How many documents a collection has and a digest of them, as pymongo's bson reads them.
    func documents(of collection: String, in database: String = "gstudio-mongodb") throws -> String {
        try run("python3", "\(RealSchool.fixture)/read_bson.py", database, collection).ended(with: 0).output
    }

    /// The same of a dump.
    func documents(in dump: Data) throws -> String {
        try run("python3", "\(RealSchool.fixture)/read_bson.py", input: dump).ended(with: 0).output
    }

    // MARK: nginx

    /// Real requests, each with a path of its own: `/TAG-NUMBER/course/content/`. Their log lines are written when this
    /// returns: in `school.server.org.access.log`, or for another host in `access.log`.
    func request(_ count: Int, tag: String, host: String = "clixserver.tiss.edu") throws {
        try run("python3", "\(RealSchool.fixture)/requests.py", String(count), tag, host).ended(with: 0)
    }

    /// Rotates the logs with the field's own stanza, which says no `rotate`: what was written until now is deleted.
    /// Its signal comes before the renaming, so nginx opens the new files or goes on in the old ones, as it happens.
    func rotateAsTheFieldDoes() throws { try shell("logrotate -f /etc/logrotate.d/nginx") }

    /// Rotates the logs by `logrotate` with these lines, such as `rotate 3`, `copytruncate`.
    func rotate(_ lines: String) throws {
        let stanza = "/data/nginx-logs/*.log {\n\(lines)\n}\n"
        try shell(
            "cat >/tmp/rotate.conf; chmod 644 /tmp/rotate.conf; logrotate -f -s /tmp/rotate.state /tmp/rotate.conf",
            input: Data(stanza.utf8))
    }

    /// How logs are rotated where it is done right: nginx is told after the renaming.
    static let renaming = """
        rotate 5
        missingok
        create 0640 www-data adm
        sharedscripts
        postrotate
            kill -USR1 $(cat /run/nginx.pid)
        endscript
        """

    /// Where nginx is not told, or too early, as in the field: it goes on writing into `.1`.
    static let renamingWithoutSignal = """
        rotate 5
        missingok
        compress
        delaycompress
        create 0640 www-data adm
        """
}
