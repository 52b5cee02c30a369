#!/usr/bin/env python3
"""A client written from the published contract alone, in nothing but Python's standard library.

    client.py --tcp 127.0.0.1:7717 --token TOKEN      (a token with the right admin)
    client.py --unix SOCKET --token TOKEN

Exercises every published route, checks the shapes of replies and errors, and prints one line per check.
Exit status 0: everything held. `--skip NAME,...` leaves checks out by name.
"""
import argparse, base64, hashlib, http.client, json, os, re, socket, struct, sys, uuid

TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
ARGS = None
FAILED = []


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("prsist")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def connection():
    if ARGS.unix:
        return Unix(ARGS.unix)
    host, port = ARGS.tcp.rsplit(":", 1)
    return http.client.HTTPConnection(host, int(port), timeout=30)


def raw(method, path, body=None, headers=None, token="own"):
    """One request; returns (status, headers, bytes)."""
    sent = {"Content-Type": "application/json"} if body is not None else {}
    if token is not None:
        sent["Authorization"] = "Bearer " + (ARGS.token if token == "own" else token)
    sent.update(headers or {})
    conn = connection()
    data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
    conn.request(method, path, data, sent)
    answer = conn.getresponse()
    content = answer.read()
    conn.close()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, content


def ask(method, path, body=None, headers=None, token="own"):
    status, head, content = raw(method, path, body, headers, token)
    return status, head, json.loads(content)


def post(path, body=None, **more):
    return ask("POST", "/memory/" + path, {} if body is None else body, **more)


def good(path, body=None, status=200, **more):
    got, _, reply = post(path, body, **more)
    assert got == status, f"{path}: {got} {reply}"
    assert reply["success"] is True, reply
    return reply


def bad(status, code, method, path, body=None, field=None, **more):
    got, _, reply = ask(method, path, body, **more)
    assert (got, reply.get("success")) == (status, False), f"{path}: {got} {reply}"
    error = reply["error"]
    assert error["code"] == code, f"{path}: {error}"
    assert isinstance(error["message"], str) and error["message"], error
    assert isinstance(error["hint"], str) and error["hint"], error
    if field is not None:
        assert error.get("field") == field, f"{path}: field {error.get('field')}, expected {field}"
    return error


def has(value, **shape):
    for name, kind in shape.items():
        assert name in value, f"no {name} in {sorted(value)}"
        check(value[name], kind, name)
    return value


def check(value, kind, name):
    if isinstance(kind, tuple):
        if value is None and None in kind:
            return
        kind = tuple(k for k in kind if k is not None) if "time" not in kind else "time"
    if kind == "time":
        assert isinstance(value, str) and TIME.match(value), f"{name}: {value} is no RFC 3339 time"
    elif isinstance(kind, list):
        assert value in kind, f"{name}: {value} is none of {kind}"
    elif kind is int:
        assert isinstance(value, int) and not isinstance(value, bool), f"{name}: {value!r} is no whole number"
    else:
        assert isinstance(value, kind), f"{name}: {value!r} is no {kind}"


CHECKS = []
STATUS = ["active", "idle", "ended", "archived"]
KEY = "contract." + uuid.uuid4().hex[:8]
SESSION = "s-" + uuid.uuid4().hex


def named(function):
    CHECKS.append(function)
    return function


# --- context ------------------------------------------------------------------------------------------------------


@named
def context_store():
    reply = good("context/store", {"key": KEY, "value": {"port": 5432}, "priority": "high"})
    has(reply, entry_id=str, key=str, layer=str, scope=str, sync_version=int, created=bool, updated_at="time")
    assert reply["key"] == KEY and reply["created"] is True and reply["sync_version"] == 1
    again = good("context/store", {"key": KEY, "value": {"port": 5433}})
    assert again["entry_id"] == reply["entry_id"] and again["sync_version"] == 2 and again["created"] is False


@named
def context_store_conflict_member():
    assert "conflict" in good("context/store", {"key": KEY + ".c", "value": 1})


@named
def context_retrieve():
    reply = good("context/retrieve", {"key": KEY})
    has(reply, key=str, layer=str, scope=str, priority=str, category=str, created_at="time", updated_at="time")
    has(reply, access_count=int, sync_version=int, entry_id=str, source=str, metadata=dict)
    assert reply["value"] == {"port": 5433}
    error = bad(404, "entry/not-found", "POST", "/memory/context/retrieve", {"key": "nowhere." + KEY})
    assert "search" in error["hint"]


@named
def context_retrieve_rest():
    reply = good("context/retrieve", {"key": KEY})
    has(reply, hit_cache=bool, tenant_id=(str, None), user_id=(str, None), session_id=(str, None))
    has(reply, agent_id=(str, None), tags=list, state=str, origin=str, trust=int)


@named
def context_store_identity():
    body = {"key": KEY + ".t", "value": 1, "scope": "tenant", "tenant_id": "acme", "tags": ["a"], "ttl_seconds": 3600}
    good("context/store", body)
    reply = good("context/retrieve", {"key": KEY + ".t", "scope": "tenant", "tenant_id": "acme"})
    assert reply["tenant_id"] == "acme" and reply["tags"] == ["a"] and reply["expires_at"]


@named
def context_search():
    good("context/store", {"key": KEY + ".why", "value": "we dropped redis because of zebrafish latency"})
    reply = good("context/search", {"query": "zebrafish", "limit": 5})
    has(reply, query=str, result_count=int, results=list, next_cursor=(str, None))
    assert reply["result_count"] >= 1
    has(reply["results"][0], key=str, layer=str, priority=str, updated_at="time", entry_id=str, scope=str, snippet=str)


@named
def context_list_pages():
    for n in range(5):
        good("context/store", {"key": f"{KEY}.page.{n}", "value": n})
    seen, cursor = [], None
    while True:
        body = {"key_prefix": KEY + ".page.", "limit": 2, **({"cursor": cursor} if cursor else {})}
        reply = good("context/list", body)
        seen += [item["key"] for item in reply["items"]]
        if not seen[2:]:  # a row that arrives while the list is read moves nothing
            good("context/store", {"key": KEY + ".page.late", "value": "late"})
        cursor = reply["next_cursor"]
        if cursor is None:
            break
    wanted = [f"{KEY}.page.{n}" for n in range(5)]
    assert sorted(set(seen) - {KEY + ".page.late"}) == wanted and len(seen) == len(set(seen)), seen


@named
def context_delete():
    reply = good("context/delete", {"key": KEY + ".why"})
    has(reply, entry_id=str, retired_at="time")
    assert good("context/delete", {"key": KEY + ".why"})["retired_at"] == reply["retired_at"]


# --- sessions -----------------------------------------------------------------------------------------------------


@named
def session_start():
    body = {"session_id": SESSION, "initial_context": {"goal": "ship"}, "agent": "claude-code", "title": "contract"}
    reply = good("session/start", body)
    has(reply, session_id=str, status=STATUS, start_time="time", tenant_id=(str, None), user_id=str, created=bool)
    assert reply["session_id"] == SESSION and reply["created"] is True and reply["pending_handoff"] is None
    assert good("session/start", {"session_id": SESSION})["created"] is False
    bad(409, "session/other-owner", "POST", "/memory/session/start", {"session_id": SESSION, "user_id": "stranger"})


@named
def session_message():
    usage = {"fresh": 10, "cache_read": 5, "output": 7}
    body = {"session_id": SESSION, "role": "user", "content": "make the build green", "metadata": {"n": 1}}
    reply = good("session/message", {**body, "usage": usage})
    has(reply, session_id=str, message_id=str, message_count=int, timestamp="time")
    good("session/message", {"session_id": SESSION, "role": "assistant", "content": "done?", "agent": "claude-code"})
    bad(404, "session/not-found", "POST", "/memory/session/message", {**body, "session_id": "nobody-" + SESSION})


@named
def session_resume():
    status, _, reply = ask("POST", f"/memory/session/resume/{SESSION}", {"agent": "claude-code"})
    assert status == 200 and reply["success"] is True, reply
    has(reply, session_id=str, status=STATUS, start_time="time", last_activity="time", message_count=int)
    has(reply, task_count=int, active_agents=list, resumed_from=STATUS, context_snapshot=dict, brief=str)
    assert reply["message_count"] == 2
    bad(404, "session/not-found", "POST", "/memory/session/resume/none-of-ours")


@named
def tasks():
    task = good("task/add", {"description": "write the client", "session_id": SESSION, "task_id": "t-1"})
    has(task, task_id=str, session_id=(str, None), description=str, status=str, priority=str, created_at="time")
    has(task, updated_at="time", completed_at=("time", None), assignee=(str, None), result=(str, None))
    good("task/add", {"description": "below", "session_id": SESSION, "task_id": "t-2", "parent": "t-1", "assignee": "a"})
    for n in range(3, 8):
        good("task/add", {"description": f"step {n}", "session_id": SESSION, "task_id": f"t-{n}"})
    done = good("task/update", {"task_id": "t-1", "session_id": SESSION, "status": "done", "result": "it runs"})
    assert done["status"] == "done" and done["completed_at"]
    mine = good("task/list", {"session_id": SESSION, "assignee": "a"})["items"]
    assert [each["task_id"] for each in mine] == ["t-2"] and mine[0]["parent"] == "t-1"
    seen, cursor = [], None
    while True:
        page = good("task/list", {"session_id": SESSION, "limit": 3, **({"cursor": cursor} if cursor else {})})
        seen += [each["task_id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen) == [f"t-{n}" for n in range(1, 8)], seen
    bad(404, "task/not-found", "POST", "/memory/task/update", {"task_id": "t-none", "status": "done"})


@named
def session_context():
    status, _, reply = ask("GET", f"/memory/session/context/{SESSION}?recent=1")
    assert status == 200 and reply["success"] is True, reply
    context = has(reply["context"], session_id=str, tenant_id=(str, None), status=STATUS, duration_seconds=int)
    has(context["conversation"], message_count=int, recent_messages=list, summary=str)
    assert len(context["conversation"]["recent_messages"]) == 1
    has(context["agents"], active=list, handoff_count=int, current=(str, None), previous=(str, None))
    has(context["tasks"], pending=list, completed=list, completion_rate=(float, int))
    has(context["memory"], critical_facts=dict, working_memory=dict, long_term_refs=list)
    has(context, files_in_flight=list, open_questions=list, user_id=str)
    assert {"git", "last_command", "pending_handoff"} <= set(context)
    bad(400, "input/invalid", "GET", f"/memory/session/context/{SESSION}?recent=many", field="recent")
    bad(400, "input/invalid", "GET", f"/memory/session/context/{SESSION}?recnt=1", field="recnt")


@named
def session_handoff():
    body = {"session_id": SESSION, "to_agent": "codex", "handoff_reason": "limit", "critical_info": {"db": "pg"}}
    reply = good("session/handoff", {**body, "continuation_instructions": "run the tests"})
    has(reply, session_id=str, from_agent=str, to_agent=str, timestamp="time", context_snapshot=dict, handoff_id=str)
    has(reply, status=["pending"], expires_at="time")
    snapshot = has(reply["context_snapshot"], conversation_summary=str, critical_facts=dict, pending_tasks=list)
    assert snapshot["conversation_summary"].startswith("2 messages (1 from user, 1 from assistant)"), snapshot
    assert all({"id", "description"} <= set(task) for task in snapshot["pending_tasks"])
    listed = good("session/handoffs", {"session_id": SESSION, "status": "pending"})["items"]
    assert [each["handoff_id"] for each in listed] == [reply["handoff_id"]]
    taken = good("session/accept", {"handoff_id": reply["handoff_id"], "agent": "codex", "native_id": "n-1"})
    has(taken, handoff_id=str, from_agent=str, critical_info=dict, continuation_instructions=str, delta=dict)
    has(taken, context_snapshot=dict, git_check=dict)
    assert taken["critical_info"] == {"db": "pg"}
    has(taken["delta"], messages=list, tasks=list, next_cursor=(str, None))
    other = {"handoff_id": reply["handoff_id"], "agent": "codex", "native_id": "n-2"}
    bad(409, "handoff/taken", "POST", "/memory/session/accept", other)
    back = good("session/decline", {"handoff_id": reply["handoff_id"], "reason": "busy"})
    assert back["status"] == "pending"


@named
def session_reads():
    shown = good("session/show", {"session_id": SESSION})
    has(shown, session=dict, runs=list, handoffs=list, commits=list, counts=dict, tokens=dict)
    assert shown["tokens"]["output"] == 7 and shown["counts"]["messages"] == 2, shown
    items = good("session/messages", {"session_id": SESSION, "limit": 1})
    has(items["items"][0], id=str, role=str, kind=str, content=str, at="time", metadata=dict)
    assert items["items"][0]["usage"]["output"] == 7 and items["next_cursor"]
    after = good("session/messages", {"session_id": SESSION, "after": items["items"][0]["id"]})["items"]
    assert [each["role"] for each in after] == ["assistant"]
    line = [each for each in good("session/list", {"limit": 500})["items"] if each["session_id"] == SESSION][0]
    has(line, title=(str, None), agent=(str, None), status=STATUS, start_time="time", last_activity="time")
    has(line, message_count=int, task_count=int, branch=(str, None))
    assert good("session/list", {"user_id": "nobody"})["items"] == []


@named
def session_put_and_compact():
    changed = good("session/put", {"session_id": SESSION, "title": "renamed", "metadata": {"x": 1}})
    assert changed["session"]["title"] == "renamed" and changed["metadata"]["x"] == 1
    has(good("session/compact", {"session_id": SESSION}), context_snapshot=dict, brief=str)


@named
def session_end():
    reply = good("session/end", {"session_id": SESSION, "reason": "completed", "summary": "all green"})
    has(reply, session_id=str, status=["ended"], end_time="time", duration_seconds=int, message_count=int)
    has(reply, task_count=int, archived_entries=int, summary_document=(str, None))
    late = {"session_id": SESSION, "role": "user", "content": "late"}
    bad(409, "session/closed", "POST", "/memory/session/message", late)


# --- the rest -----------------------------------------------------------------------------------------------------


@named
def health():
    status, _, reply = ask("GET", "/memory/health")
    assert status == 200 and reply["success"] is True
    has(reply, status=["ok", "degraded", "failing"], version=str, proto=int, uptime_seconds=int, checks=dict)
    checks = has(reply["checks"], store=str, spool=dict, capture=dict, sync=str, disk=dict)
    has(checks["disk"], projects=list, free=int)
    for project in checks["disk"]["projects"]:
        has(project, project_id=str, name=str, bytes=int)
    for agent in checks["capture"].values():
        has(agent, last_event_at=("time", None), proven=bool)
    status, _, nobody = ask("GET", "/memory/health", token=None)
    assert status == 200 and set(nobody) == {"success", "status"}, nobody


@named
def metrics():
    status, head, content = raw("GET", "/memory/metrics")
    text = content.decode()
    assert status == 200 and head["content-type"].startswith("application/openmetrics-text"), head
    assert text.endswith("# EOF\n")
    sample = re.compile(r'^[a-z_]+(\{[a-z_]+="[^"\n]*"(,[a-z_]+="[^"\n]*")*\})? -?[0-9.e+-]+$')
    assert [line for line in text.splitlines() if not line.startswith("#") and not sample.match(line)] == []
    assert 'prsist_request_seconds_count{operation="session.start"}' in text or ARGS.only


@named
def docs():
    status, _, api = ask("GET", "/docs/json")
    assert status == 200 and api["openapi"].startswith("3.1"), api.get("openapi")
    for path, method in (
        ("/memory/context/store", "post"),
        ("/memory/session/resume/{session_id}", "post"),
        ("/memory/session/context/{session_id}", "get"),
        ("/memory/health", "get"),
    ):
        assert method in api["paths"][path], path
    status, head, page = raw("GET", "/docs/")
    assert status == 200 and b"swagger" in page.lower(), status
    for name in re.findall(rb'(?:src|href)="([^"]+)"', page):
        assert not name.startswith((b"http:", b"https:", b"//")), name
        got, _, _ = raw("GET", "/docs/" + name.decode().lstrip("./"))
        assert got == 200, (got, name)


@named
def system_and_jobs():
    job = good("store/verify", {}, status=202)
    shown = good("job/show", {"job_id": job["job_id"], "wait_ms": 10000})
    has(shown, state=["done"], progress=dict, result=(dict, None), error=(dict, None))
    assert job["job_id"] in [each["job_id"] for each in good("job/list")["items"]]
    has(good("brief/get", {}), brief=str, tokens=int, sha256=str, items=list)
    has(good("capture/status"), links=list)


@named
def search_query():
    has(good("search/query", {"query": "build"}), query=str, result_count=int, took_ms=(float, int), results=list)


@named
def brief_frozen():
    has(good("brief/get", {}), frozen=bool)


@named
def batch():
    writes = [{"name": "task.add", "input": {"description": f"b{n}", "task_id": f"{KEY}-{n}"}} for n in range(3)]
    assert len(good("batch/run", {"operations": writes})["items"]) == 3
    half = [{"name": "task.add", "input": {"description": "x", "task_id": KEY + "-half"}}, {"name": "task.add", "input": {}}]
    bad(400, "input/invalid", "POST", "/memory/batch/run", {"operations": half}, field="operations.1.input.description")
    ids = [task["task_id"] for task in good("task/list", {"limit": 500})["items"]]
    assert KEY + "-half" not in ids
    read = [{"name": "task.list", "input": {}}]
    bad(400, "input/invalid", "POST", "/memory/batch/run", {"operations": read}, field="operations.0.name")


@named
def idempotency():
    body, key = {"description": "once " + KEY}, {"Idempotency-Key": uuid.uuid4().hex}
    status, head, first = post("task/add", body, headers=key)
    status, again, second = post("task/add", body, headers=key)
    assert first == second and again.get("idempotency-replayed") == "true" and "idempotency-replayed" not in head
    bad(409, "request/key-reused", "POST", "/memory/task/add", {"description": "other"}, headers=key)
    bad(413, "limit/too-large", "POST", "/memory/task/add", body, headers={"Idempotency-Key": "k" * 129})


@named
def errors():
    store = "/memory/context/store"
    bad(404, "route/unknown", "POST", "/memory/context/explode", {})
    bad(404, "route/unknown", "GET", "/nowhere")
    bad(400, "input/invalid", "POST", store, {"key": "a", "value": 1, "zzz": 1}, field="zzz")
    bad(400, "input/invalid", "POST", store, {"value": 1}, field="key")
    bad(400, "input/invalid", "POST", store, {"key": "a", "value": 1, "priority": "urgent"}, field="priority")
    bad(400, "input/invalid", "POST", "/memory/context/list", {"limit": 501}, field="limit")
    bad(400, "input/invalid", "POST", "/memory/session/list", {"cursor": "nonsense"}, field="cursor")
    bad(400, "input/encoding", "POST", store, b"{")
    bad(400, "input/encoding", "POST", store, b'{"key":"\xff"}')
    bad(400, "input/encoding", "POST", store, {"key": "a\0b", "value": 1})
    bad(415, "input/media-type", "POST", store, b"{}", headers={"Content-Type": "text/plain"})
    error = bad(413, "limit/too-large", "POST", store, {"key": "k" * 513, "value": 1}, field="key")
    assert "512" in error["message"] and "513" in error["message"], error
    bad(413, "limit/too-large", "POST", store, {"key": KEY, "value": "x" * (1024 * 1024)})
    deep = 1
    for _ in range(40):
        deep = [deep]
    bad(413, "limit/too-large", "POST", store, {"key": KEY, "value": deep})
    bad(413, "limit/too-large", "POST", store, {"key": KEY, "value": [0] * 10001})
    bad(413, "limit/too-large", "POST", store, {"key": KEY, "value": 1, "metadata": {"x": "y" * 65536}}, field="metadata")
    bad(413, "limit/too-large", "POST", "/memory/session/start", {"session_id": "i" * 129}, field="session_id")
    bad(404, "project/not-found", "POST", store, {"key": "a", "value": 1}, headers={"X-Prsist-Project": "no-such"})
    error = bad(400, "project/required", "POST", store, {"key": "a", "value": 1}, headers={"X-Prsist-Project": "/nowhere"})
    assert "init" in error["hint"]
    bad(426, "daemon/version-skew", "POST", store, {"key": "a", "value": 1}, headers={"X-Prsist-Proto": "99"})


@named
def who_is_let_in():
    bad(401, "auth/missing", "POST", "/memory/context/store", {}, token=None)
    bad(403, "auth/refused", "POST", "/memory/context/store", {}, token="0" * 64)
    bad(403, "auth/refused", "GET", "/memory/health", headers={"Origin": "http://evil.example"})
    if ARGS.tcp:
        for host in ("evil.example", "127.0.0.1.evil.example", "evil.example:7717"):
            bad(403, "auth/refused", "GET", "/memory/health", headers={"Host": host})


@named
def tokens_and_rights():
    made = good("token/new", {"name": KEY, "rights": "read"})
    has(made, token=str, token_id=str, rights=["read"], created_at="time")
    listed = [each for each in good("token/list")["items"] if each["token_id"] == made["token_id"]][0]
    assert "token" not in listed
    if ARGS.tcp:
        good("session/list", {}, token=made["token"])
        bad(403, "auth/refused", "POST", "/memory/task/add", {"description": "x"}, token=made["token"])
        bad(403, "auth/refused", "POST", "/memory/token/list", {}, token=made["token"])
        tenant = good("token/new", {"name": KEY + "t", "rights": "write", "tenant": "acme"})["token"]
        bad(403, "auth/refused", "POST", "/memory/session/start", {"tenant_id": "other"}, field="tenant_id", token=tenant)
        own = good("session/start", {}, token=tenant)
        assert own["tenant_id"] == "acme"
        bad(403, "auth/refused", "POST", "/memory/session/show", {"session_id": SESSION}, token=tenant)
        bad(403, "auth/refused", "POST", "/memory/search/query", {"query": "build"}, token=tenant)
        assert [each["session_id"] for each in good("session/list", {}, token=tenant)["items"]] == [own["session_id"]]
    revoked = good("token/revoke", {"token_id": made["token_id"]})
    has(revoked, revoked_at="time")
    assert good("token/revoke", {"token_id": made["token_id"]})["revoked_at"] == revoked["revoked_at"]
    if ARGS.tcp:
        bad(403, "auth/refused", "POST", "/memory/session/list", {}, token=made["token"])


class Listener:
    """The events as RFC 6455 frames."""

    def __init__(self, query):
        conn = connection()
        conn.connect()
        self.sock = conn.sock
        self.sock.settimeout(30)
        key = base64.b64encode(os.urandom(16)).decode()
        host = "prsist" if ARGS.unix else ARGS.tcp
        lines = [f"GET /memory/events?{query} HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade"]
        lines += [f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", f"Authorization: Bearer {ARGS.token}"]
        self.sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.held = b""
        while b"\r\n\r\n" not in self.held:
            self.held += self.sock.recv(4096)
        head, self.held = self.held.split(b"\r\n\r\n", 1)
        self.status = int(head.split()[1])
        wanted = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest())
        assert self.status != 101 or wanted in head, head

    def take(self, size):
        while len(self.held) < size:
            more = self.sock.recv(65536)
            assert more, "the stream ended"
            self.held += more
        part, self.held = self.held[:size], self.held[size:]
        return part

    def next(self):
        while True:
            first, second = self.take(2)
            size = second & 127
            if size == 126:
                size = struct.unpack(">H", self.take(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self.take(8))[0]
            content = self.take(size)
            if first & 15 == 1:
                return json.loads(content)

    def until(self, event):
        told = []
        while not told or told[-1]["event"] != event:
            told.append(self.next())
        return told


@named
def events():
    live = Listener("types=task.*,session.*")
    assert live.status == 101, live.status
    session = good("session/start", {})["session_id"]
    good("session/message", {"session_id": session, "role": "user", "content": "hello"})
    good("task/add", {"description": "told", "session_id": session})
    told = live.until("task.added")
    for event in told:
        has(event, cursor=str, event=str, project_id=str, ent=str, type=str, session_id=(str, None), at="time")
        assert "agent" in event
    names = [event["event"] for event in told]
    assert names.index("session.started") < names.index("session.messaged") < names.index("task.added"), names
    live.sock.close()
    good("session/handoff", {"session_id": session, "to_agent": "codex", "handoff_reason": "r"})
    again = Listener("after=" + told[0]["cursor"])
    rest = [event["event"] for event in again.until("session.handed_off")]
    assert rest[: len(names) - 1] == names[1:], (names, rest)
    again.sock.close()
    assert Listener("after=nonsense").status == 400
    assert Listener("projects=no-such").status == 404


@named
def drain():
    if ARGS.drain:
        assert good("system/drain")["draining"] is True


def main():
    global ARGS
    parser = argparse.ArgumentParser()
    parser.add_argument("--tcp")
    parser.add_argument("--unix")
    parser.add_argument("--token", required=True)
    parser.add_argument("--skip", default="")
    parser.add_argument("--only", default="")
    parser.add_argument("--drain", action="store_true", help="ask the daemon to leave at the end")
    ARGS = parser.parse_args()
    for function in CHECKS:
        name = function.__name__
        if name in ARGS.skip.split(",") or (ARGS.only and name not in ARGS.only.split(",")):
            print(f"skip {name}")
            continue
        try:
            function()
            print(f"ok   {name}")
        except Exception as error:  # every check is told, whatever went wrong in it
            FAILED.append(name)
            print(f"FAIL {name}: {type(error).__name__}: {str(error)[:600]}")
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
