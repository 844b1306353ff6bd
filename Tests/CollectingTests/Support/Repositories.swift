/// Makes real git repositories, with invented people and a configuration of their own only.
enum Repositories {
    /// git as a person on the server would run it, in an environment that is the same on every machine.
    static let git =
        "env -i PATH=/usr/bin:/bin HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 LC_ALL=C.UTF-8 git "
        + "-c user.name=Invented -c user.email=invented@example.org -c init.defaultBranch=master "
        + "-c protocol.file.allow=always -c safe.directory='*'"

    /// Six commits, one local change, one untracked file, a remote with a token in its address.
    static func make(at path: String) {
        shell(
            """
            mkdir -p '\(path)' && cd '\(path)' && \(git) init -q .
            for i in 1 2 3 4 5 6; do echo "line $i" >> file.txt; \(git) add .; \(git) commit -qm "change $i …"; done
            \(git) remote add origin https://x-access-token:s3cr3ttoken@git.example.org/invented.git
            \(git) update-ref refs/remotes/origin/master HEAD~2
            \(git) config branch.master.remote origin; \(git) config branch.master.merge refs/heads/master
            \(git) branch other
            echo changed >> file.txt; touch untracked
            """)
    }

    /// The code tree of a 2018 server: three repositories, one in another.
    static func makeCodeTree(_ school: FakeSchool) {
        make(at: school.sources.code)
        make(at: school.sources.gstudioTree)
        make(at: school.sources.qbankTree)
    }

    /// Everything about a folder's files that a reader could have changed, access times left out.
    static func state(of path: String) -> String {
        shell("cd '\(path)' && find . -printf '%p %y %s %T@ %m %l\\n' | sort")
    }
}
