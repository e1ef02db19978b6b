using Microsoft.Data.Sqlite;

namespace Bench;

public static class Db
{
    public const string Schema = """
        CREATE TABLE IF NOT EXISTS events(
          id INTEGER PRIMARY KEY, source TEXT NOT NULL, external_id TEXT NOT NULL, received_at INTEGER NOT NULL,
          headers TEXT NOT NULL, body BLOB NOT NULL, state INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_at INTEGER);
        CREATE UNIQUE INDEX IF NOT EXISTS ux_events_dedup ON events(source, external_id);
        CREATE INDEX IF NOT EXISTS ix_events_due ON events(next_at) WHERE state = 0;
        CREATE TABLE IF NOT EXISTS attempts(
          id INTEGER PRIMARY KEY, event_id INTEGER NOT NULL, no INTEGER NOT NULL, started_at INTEGER NOT NULL, duration_us INTEGER NOT NULL,
          status INTEGER, response TEXT, error TEXT);
        CREATE INDEX IF NOT EXISTS ix_attempts_event ON attempts(event_id);
        """;
    public const string Headers = "{\"content-type\":\"application/json\",\"webhook-id\":\"evt_x_000000001_m\",\"webhook-timestamp\":\"1700000000\",\"user-agent\":\"bench/1.0\"}";

    public static SqliteConnection Open(string path, string sync)
    {
        var c = new SqliteConnection("Data Source=" + path + ";Pooling=False");
        c.Open();
        Exec(c, "PRAGMA journal_mode=WAL"); Exec(c, "PRAGMA synchronous=" + sync); Exec(c, "PRAGMA busy_timeout=5000");
        Exec(c, Schema);
        return c;
    }

    public static void Exec(SqliteConnection c, string sql) { using var cmd = c.CreateCommand(); cmd.CommandText = sql; cmd.ExecuteNonQuery(); }

    public static void Delete(string path) { foreach (string s in new[] { "", "-wal", "-shm" }) File.Delete(path + s); }
}

/// <summary>Prepared INSERT of an event and of an attempt on one connection.</summary>
public sealed class EventWriter : IDisposable
{
    readonly SqliteConnection _c;
    readonly SqliteCommand _ins, _att, _upd, _begin, _commit;
    readonly SqliteParameter _ext, _recv, _hdr, _body, _aEv, _aNo, _aAt, _aDur, _aStatus, _aResp, _uId, _uState;

    public EventWriter(SqliteConnection c)
    {
        _c = c;
        _ins = Cmd("INSERT INTO events(source,external_id,received_at,headers,body,state,next_at) VALUES('s1',$e,$r,$h,$b,0,$r) ON CONFLICT DO NOTHING RETURNING id");
        _ext = P(_ins, "$e", SqliteType.Text); _recv = P(_ins, "$r", SqliteType.Integer); _hdr = P(_ins, "$h", SqliteType.Text); _body = P(_ins, "$b", SqliteType.Blob);
        _att = Cmd("INSERT INTO attempts(event_id,no,started_at,duration_us,status,response) VALUES($e,$n,$a,$d,$s,$r)");
        _aEv = P(_att, "$e", SqliteType.Integer); _aNo = P(_att, "$n", SqliteType.Integer); _aAt = P(_att, "$a", SqliteType.Integer);
        _aDur = P(_att, "$d", SqliteType.Integer); _aStatus = P(_att, "$s", SqliteType.Integer); _aResp = P(_att, "$r", SqliteType.Text);
        _upd = Cmd("UPDATE events SET state=$s, attempts=attempts+1, next_at=NULL WHERE id=$i");
        _uId = P(_upd, "$i", SqliteType.Integer); _uState = P(_upd, "$s", SqliteType.Integer);
        _begin = Cmd("BEGIN IMMEDIATE"); _commit = Cmd("COMMIT");
        foreach (var k in new[] { _ins, _att, _upd }) k.Prepare();
    }

    SqliteCommand Cmd(string sql) { var c = _c.CreateCommand(); c.CommandText = sql; return c; }
    static SqliteParameter P(SqliteCommand c, string name, SqliteType t) { var p = c.CreateParameter(); p.ParameterName = name; p.SqliteType = t; c.Parameters.Add(p); return p; }

    public void Begin() => _begin.ExecuteNonQuery();
    public void Commit() => _commit.ExecuteNonQuery();

    /// <returns>The new row's id, or 0 when the event was there already.</returns>
    public long Insert(string externalId, long receivedAt, string headers, byte[] body)
    {
        _ext.Value = externalId; _recv.Value = receivedAt; _hdr.Value = headers; _body.Value = body;
        return _ins.ExecuteScalar() is long id ? id : 0;
    }

    public void Attempt(long ev, int no, long at, long durUs, int status, string resp)
    {
        _aEv.Value = ev; _aNo.Value = no; _aAt.Value = at; _aDur.Value = durUs; _aStatus.Value = status; _aResp.Value = resp;
        _att.ExecuteNonQuery();
    }

    public void SetState(long ev, int state) { _uId.Value = ev; _uState.Value = state; _upd.ExecuteNonQuery(); }

    public void Dispose() { foreach (var k in new[] { _ins, _att, _upd, _begin, _commit }) k.Dispose(); }
}
