#!/usr/bin/env python3
"""tls_server.py CERTIFICATE KEY

A small HTTPS server on loopback that behaves well or badly, as the path says; beside it a port that answers as a captive
portal does, without TLS, one that hangs up at once, one that resets, one that says nothing; a proxy that leads to the
server whatever it is asked for, and one that sends everybody to its login page. Prints the seven ports, then serves until
its standard input ends.
"""
import hashlib, json, socket, ssl, struct, sys, threading

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
listener = socket.create_server(("127.0.0.1", 0))
connections = 0


def reset(tls):
    """Closes at once, as a link that breaks does for the kernel: what is in flight is lost."""
    tls.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    socket.socket.close(tls)


def answer(stream, status, body=b"", **headers):
    headers.setdefault("Content_Length", len(body))
    lines = [f"HTTP/1.1 {status} x"] + [f"{k.replace('_', '-')}: {v}" for k, v in headers.items()]
    stream.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
    stream.flush()


def serve(raw, number):
    try:
        tls = context.wrap_socket(raw, server_side=True)
        stream = tls.makefile("rwb")
        while line := stream.readline():
            method, path, _ = line.decode().split()
            headers = {}
            while (field := stream.readline().decode().strip()):
                name, value = field.split(":", 1)
                headers[name.lower()] = value.strip()
            length = int(headers.get("content-length", 0))
            action, _, argument = path[1:].partition("/")
            if action == "cut":        # reads so much of the body, then breaks
                stream.read(int(argument))
                return reset(tls)
            if action == "stall":      # never answers
                stream.read(length)
                threading.Event().wait()
            if action == "conflict":   # answers before the body is there, and hangs up
                stream.read(1)
                answer(stream, 409, Upload_Offset=argument, Connection="close")
                while stream.read1(65536):
                    pass
                return tls.close()
            body = stream.read(length)
            if action == "large":      # more than any honest answer
                answer(stream, 200, bytes(int(argument)))
            elif action == "headers":  # headers without end
                stream.write(b"HTTP/1.1 200 x\r\n")
                for i in range(int(argument)):
                    stream.write(b"X-%d: %s\r\n" % (i, b"y" * 1000))
                stream.flush()
            elif action == "once":     # the kept connection goes away after the answer, unannounced
                answer(stream, 200)
                return tls.close()
            elif method == "HEAD":
                answer(stream, 204, Upload_Offset="17", Upload_Complete="?0")
            else:
                answer(stream, 201, json.dumps({
                    "connection": number, "isResumed": bool(tls.session_reused), "method": method, "headers": headers,
                    "length": len(body),
                    "sha256": hashlib.sha256(body).hexdigest()}).encode())
    except (OSError, ValueError):
        pass


def accept():
    global connections
    while True:
        raw, _ = listener.accept()
        connections += 1
        threading.Thread(target=serve, args=(raw, connections), daemon=True).start()


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def tunnel(client):
    while not client.recv(65536).endswith(b"\r\n\r\n"):
        pass
    store = socket.create_connection(listener.getsockname())
    client.sendall(b"HTTP/1.1 200 x\r\n\r\n")
    threading.Thread(target=pump, args=(store, client), daemon=True).start()
    pump(client, store)


silent = []


def misbehave(other, words):
    while True:
        raw, _ = other.accept()
        if words is tunnel:
            threading.Thread(target=tunnel, args=(raw,), daemon=True).start()
            continue
        raw.recv(65536)
        if words is silent:
            silent.append(raw)
            continue
        if words is None:
            reset(raw)
            continue
        raw.sendall(words)
        raw.close()


def beside(words):
    other = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=misbehave, args=(other, words), daemon=True).start()
    return other.getsockname()[1]


threading.Thread(target=accept, daemon=True).start()
portal = b"HTTP/1.1 302 Found\r\nLocation: http://portal.example/login\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
print(listener.getsockname()[1], beside(portal), beside(b""), beside(None), beside(silent), beside(tunnel), beside(portal),
      flush=True)
sys.stdin.read()
