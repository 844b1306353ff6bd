import LevelTree
import Testing

@testable import SchoolDaemon

@Suite("A root under [source] is taken for a disk that is not mounted")
struct RootDoubtTests {
    private func mirror(_ name: String, isGone: Bool, root: String = "/data") -> RootDoubt.Mirror {
        RootDoubt.Mirror(dataset: .of(name), root: root, isGone: isGone)
    }

    private func judge(
        _ mirrors: [RootDoubt.Mirror], absent: Set<String> = [], unmounted: Set<String> = []
    ) -> [String: RootDoubt] {
        RootDoubt.judge(mirrors, absent: absent, unmounted: unmounted)
    }

    @Test func `when several mirrors are gone from it together, and not when one is gone alone`() {
        let (db, media) = (mirror("db", isGone: true), mirror("media", isGone: true))
        #expect(
            judge([db, media, mirror("rcs-repo", isGone: false)]) == ["/data": .emptied([db.dataset, media.dataset])])
        #expect(judge([db, mirror("media", isGone: false)]).isEmpty)
        #expect(judge([db, mirror("local-settings", isGone: true, root: "/code")]).isEmpty)
        #expect(judge([]).isEmpty)
    }

    @Test func `when it was a mount point and is none now, for a single mirror that is gone, too`() {
        let gone = mirror("db", isGone: true)
        #expect(judge([gone], unmounted: ["/data"]) == ["/data": .unmounted([gone.dataset])])
        #expect(judge([gone], unmounted: ["/code"]).isEmpty)
        // A school's disk may be copied to another one.
        #expect(judge([mirror("db", isGone: false)], unmounted: ["/data"]).isEmpty)
    }

    @Test func `when it is not there at all`() {
        #expect(judge([mirror("db", isGone: true)], absent: ["/data"], unmounted: ["/data"]) == ["/data": .absent])
        #expect(judge([mirror("db", isGone: false)], absent: ["/data"]).isEmpty)
    }

    @Test func `and the sentence names what is gone and says what to do`() {
        #expect(
            RootDoubt.emptied([.of("db"), .of("rcs-repo"), .of("media")]).sentence("/data").hasPrefix(
                "/data looks as if its disk were not mounted, for db, rcs-repo and media are gone from it together: mount it"
            ))
        let one = RootDoubt.unmounted([.of("db")]).sentence("/data")
        #expect(one.contains("a disk of its own at the last collection and is none now, and db is gone from it"))
        #expect(RootDoubt.absent.sentence("/data").hasPrefix("there is no /data: mount its disk"))
    }
}
