import LevelTree

/// The sentences.
extension Container {
    var commandMissing: ContainerProblem {
        ContainerProblem(
            .commandMissing,
            "there is no \(escapedText(command[0].utf8)) command on this machine, so nothing can be read from inside the "
                + "container \(name); install Docker's client, or say where it is by docker under [source]")
    }

    func engineUnreachable(_ why: String) -> ContainerProblem {
        ContainerProblem(
            .engineUnreachable,
            "Docker's engine does not answer (\(why)); start it (systemctl start docker), or say how it is reached by "
                + "docker under [source]")
    }

    var accessDenied: ContainerProblem {
        ContainerProblem(
            .accessDenied,
            "this user may not use Docker; to allow it, which makes the service as mighty as root, run as root: "
                + ContainerProblem.commandThatAllows)
    }

    var missing: ContainerProblem {
        ContainerProblem(
            .missing,
            "Docker has no container named \(name): set the platform up, or put the name that docker ps -a shows under "
                + "[source] as container")
    }

    var stopped: ContainerProblem {
        ContainerProblem(.stopped, "the container \(name) is stopped; start it: docker start \(name)")
    }

    var paused: ContainerProblem {
        ContainerProblem(.paused, "the container \(name) is paused; let it go on: docker unpause \(name)")
    }

    var restarting: ContainerProblem {
        ContainerProblem(
            .restarting,
            "the container \(name) is being restarted; if that goes on, docker logs \(name) tells why it ends")
    }
}

extension ContainerProblem {
    /// What root runs so that the service may use Docker: a drop-in for its unit, and nothing for the user itself.
    public static let commandThatAllows =
        #"printf '[Service]\nSupplementaryGroups=docker\n' | "#
        + "install -D -m 644 /dev/stdin /etc/systemd/system/clix-collectd.service.d/docker.conf && "
        + "systemctl daemon-reload && systemctl restart clix-collectd"
}
