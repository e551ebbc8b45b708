//! Automation: LinkFlow, n8n, Windmill, Kestra. Every trap of theirs as a record of the shape that they write.

#[path = "support/systems.rs"]
mod systems;

use systems::{system, with};

#[test]
fn linkflow() {
    let check = system("LinkFlow executions");
    let api = with(
        r#"{"id":91,"workflow":{"id":7,"name":"Sync CRM"},"mode":"schedule",…,"max_attempts":3,"parent_execution_id":null,"created_at":"2026-02-12T04:29:59.000000Z"}"#,
    );
    check(
        &api(
            r#""status":"failed","started_at":"2026-02-12T04:30:00.000000Z","finished_at":"2026-02-12T04:30:04.000000Z","duration_ms":3721,"error":{"message":"gone","code":500},"attempt":1"#,
        ),
        "7#91 failed \"Sync CRM\" 2026-02-12T04:30:00Z 3721ms waited 1000ms +schedule error \"gone\"",
    );
    check(
        &api(r#""status":"waiting","started_at":"2026-02-12T04:30:00.000000Z","duration_ms":9,"attempt":2"#),
        "7#91 waiting \"Sync CRM\" 2026-02-12T04:30:00Z waited 1000ms +schedule +attempt:2 attempt 2",
    );
    // Cancelled before it started: the zero is a null that was made a number.
    check(
        &api(r#""status":"cancelled","started_at":null,"duration_ms":0,"attempt":1"#),
        "not started: 7#91 cancelled \"Sync CRM\" 2026-02-12T04:29:59Z +schedule",
    );
    // A failure of the queue sets the end and no duration.
    check(
        &api(
            r#""status":"failed","started_at":"2026-02-12T04:30:00Z","finished_at":"2026-02-12T04:30:02Z","duration_ms":null,"attempt":1"#,
        ),
        "7#91 failed \"Sync CRM\" 2026-02-12T04:30:00Z 2000ms waited 1000ms +schedule",
    );
    // The engine's own number is nanoseconds where it is a million times what lies between start and end, which are whole
    // seconds; that counts then, and is said.
    let ended = |duration: &str, start: &str, end: &str| {
        api(&format!(
            r#""status":"completed","started_at":"2026-02-12T04:{start}Z","finished_at":"2026-02-12T04:{end}Z","duration_ms":{duration},"attempt":1"#
        ))
    };
    for (duration, start, end, expected) in [
        ("3721000000", "30:00", "30:04", "4000ms waited 1000ms +schedule (bad duration)"),
        ("120000000", "30:00", "30:01", "1000ms waited 1000ms +schedule (bad duration)"),
        ("600000000000", "30:00", "40:00", "600000ms waited 1000ms +schedule (bad duration)"),
        ("3721", "30:00", "30:04", "3721ms waited 1000ms +schedule"),
        // The callback came late, or a start is that of the callback: then the two disagree, and the engine's counts.
        ("250", "30:00", "40:00", "250ms waited 1000ms +schedule (other end)"),
        ("600000", "30:00", "30:01", "600000ms waited 1000ms +schedule (other end)"),
        ("90000000", "30:00", "30:00", "90000000ms waited 1000ms +schedule (other end)"),
        ("3721", "30:00", "30:00", "3721ms waited 1000ms +schedule"),
    ] {
        check(&ended(duration, start, end), &format!("7#91 completed \"Sync CRM\" 2026-02-12T04:30:00Z {expected}"));
    }
    // A dump of the table: no zone, a retry that names its parent and is no part of it.
    check(
        "id,workflow_id,workspace_id,status,mode,started_at,finished_at,duration_ms,attempt,max_attempts,parent_execution_id,is_deterministic_replay,created_at\n92,7,1,completed,retry,2026-02-12 04:30:00,2026-02-12 04:30:00,120,2,3,91,1,2026-02-12 04:29:58",
        "7#92 completed 2026-02-12T04:30:00Z 120ms waited 2000ms +retry +attempt:2 +replay attempt 2 (retry)",
    );
}

#[test]
fn n8n() {
    let check = system("n8n executions");
    let row = with(r#"{"id":1000,"mode":"trigger","retryOf":null,"retrySuccessId":null,"workflowId":"1000",…}"#);
    check(
        &row(
            r#""finished":true,"startedAt":"2026-02-12T04:30:00.123Z","stoppedAt":"2026-02-12T04:30:01.456Z","waitTill":null,"status":"success""#,
        ),
        "1000#1000 completed 2026-02-12T04:30:00.123Z 1333ms +trigger",
    );
    for (word, status) in [("error", "failed"), ("crashed", "failed"), ("canceled", "cancelled"), ("unknown", "other")]
    {
        let ended = if status == "other" { "" } else { " 1000ms" };
        check(
            &row(&format!(
                r#""startedAt":"2026-02-12T04:30:00Z","stoppedAt":"2026-02-12T04:30:01Z","status":"{word}""#
            )),
            &format!("1000#1000 {status} 2026-02-12T04:30:00Z{ended} +trigger"),
        );
    }
    // The pause of one that waits has an end that is none.
    check(
        &row(
            r#""startedAt":"2026-02-12T04:30:00Z","stoppedAt":"2026-02-12T04:30:01Z","waitTill":"2026-02-13T00:00:00Z","status":"waiting""#,
        ),
        "1000#1000 waiting 2026-02-12T04:30:00Z +trigger",
    );
    // The retry names what it repeats, and what was repeated the retry that went well.
    for (links, repeated) in [
        (r#""retryOf":"999""#, " +retry attempt 2 (retry)"),
        (r#""retryOf":null,"retrySuccessId":"1001""#, ""),
        (r#""retryOf":"""#, ""),
        (r#""retryOf":"null""#, ""),
        (r#""retryOf":0"#, ""),
        (r#""retryOf":"1000""#, " +retry"),
    ] {
        let row = with(r#"{"id":1000,"mode":"manual","workflowId":"1","startedAt":"2026-02-12T04:30:00Z",…}"#);
        check(
            &row(&format!(r#"{links},"stoppedAt":"2026-02-12T04:30:01Z","status":"error""#)),
            &format!("1#1000 failed 2026-02-12T04:30:00Z 1000ms +manual{repeated}"),
        );
    }
    check(
        &row(r#""startedAt":null,"stoppedAt":null,"createdAt":"2026-02-12T04:30:00Z","status":"new""#),
        "not started: 1000#1000 pending 2026-02-12T04:30:00Z +trigger",
    );
    check(
        r#"{"id":"7","finished":false,"mode":"integrated","startedAt":"2026-02-12T04:30:00Z","stoppedAt":null,"workflowId":"2","status":"running"}"#,
        "part",
    );
    // Old rows have no status: what did not finish failed if it stopped, waits if it is said till when, or runs.
    let old = with(r#"{"id":"8","mode":"manual","workflowId":"2","startedAt":"2026-02-12T04:30:00Z",…}"#);
    check(
        &old(r#""finished":true,"stoppedAt":"2026-02-12T04:30:01Z""#),
        "2#8 completed 2026-02-12T04:30:00Z 1000ms +manual",
    );
    check(
        &old(r#""finished":false,"stoppedAt":"2026-02-12T04:30:01Z""#),
        "2#8 failed 2026-02-12T04:30:00Z 1000ms +manual",
    );
    check(
        &old(r#""finished":false,"stoppedAt":null,"waitTill":"2026-02-13T00:00:00Z""#),
        "2#8 waiting 2026-02-12T04:30:00Z +manual",
    );
    check(&old(r#""finished":false,"stoppedAt":null"#), "2#8 running 2026-02-12T04:30:00Z +manual");
}

/// PostgreSQL writes `t` and `f`, MySQL 1 and 0, Python `True` and `False`.
#[test]
fn a_flag_says_yes_or_no_however_it_is_written() {
    let (linkflow, n8n, windmill) = (system("LinkFlow executions"), system("n8n executions"), system("Windmill jobs"));
    let bare = "id,workflow_id,workspace_id,status,mode,started_at,duration_ms,attempt,max_attempts,is_deterministic_replay,created_at\n92,7,1,completed,retry,2026-02-12 04:30:00,120,1,3,";
    for (yes, no) in [("1", "0"), ("t", "f"), ("true", "false"), ("True", "False"), ("yes", "no"), ("Y", "N")] {
        for (word, tag) in [(yes, " +replay"), (no, ""), ("", "")] {
            linkflow(
                &format!("{bare}{word},2026-02-12 04:29:58"),
                &format!("7#92 completed 2026-02-12T04:30:00Z 120ms waited 2000ms +retry{tag} attempt 2 (retry)"),
            );
        }
        for (word, status) in [(yes, "completed"), (no, "failed")] {
            n8n(
                &format!(
                    "id,finished,mode,startedAt,stoppedAt,workflowId,waitTill\n5,{word},trigger,2026-02-12 04:30:00,2026-02-12 04:30:01,9,NULL"
                ),
                &format!("9#5 {status} 2026-02-12T04:30:00Z 1000ms +trigger"),
            );
        }
        let job = |flow: &str, success: &str, parent: &str| {
            format!(
                "id,script_path,job_kind,created_at,started_at,duration_ms,success,canceled,is_skipped,is_flow_step,parent_job\nj1,f/sync,script,2024-02-12 04:00:00,2024-02-12 04:30:03,1500,{success},{no},{no},{flow},{parent}"
            )
        };
        windmill(&job(no, yes, ""), "f/sync#j1 completed 2024-02-12T04:30:03Z 1500ms");
        windmill(&job(no, no, "NULL"), "f/sync#j1 failed 2024-02-12T04:30:03Z 1500ms");
        windmill(&job(yes, yes, ""), "part");
        windmill(&job(no, yes, "j0"), "part");
    }
}

#[test]
fn windmill() {
    let check = system("Windmill jobs");
    let job = with(
        r#"[{"id":"j1","script_path":"f/sync","job_kind":"script","created_at":"2024-02-12T04:00:00Z","tag":"default",…}]"#,
    );
    let done = r#""type":"CompletedJob","started_at":"2024-02-12T04:30:03Z","duration_ms":1500,"is_flow_step":false,"parent_job":null,"self_wait_time_ms":40"#;
    let row = |flags: &str| job(&format!("{done},{flags}"));
    check(
        &row(r#""success":true,"canceled":false,"is_skipped":false"#),
        "f/sync#j1 completed 2024-02-12T04:30:03Z 1500ms waited 40ms +default",
    );
    check(
        &row(r#""success":false,"canceled":false,"is_skipped":false"#),
        "f/sync#j1 failed 2024-02-12T04:30:03Z 1500ms waited 40ms +default",
    );
    check(
        &row(r#""success":false,"canceled":true,"canceled_reason":"no","is_skipped":false"#),
        "f/sync#j1 cancelled 2024-02-12T04:30:03Z 1500ms waited 40ms +default error \"no\"",
    );
    check(
        &row(r#""success":true,"canceled":false,"is_skipped":true"#),
        "f/sync#j1 skipped 2024-02-12T04:30:03Z 1500ms waited 40ms +default",
    );
    check(
        &job(
            r#""type":"QueuedJob","running":true,"canceled":false,"started_at":"2024-02-12T04:30:03Z","scheduled_for":"2024-02-12T04:30:00Z""#,
        ),
        "f/sync#j1 running 2024-02-12T04:30:03Z waited 3000ms +default",
    );
    check(
        &job(r#""type":"QueuedJob","running":false,"canceled":false,"scheduled_for":"2024-02-12T05:00:00Z""#),
        "not started: f/sync#j1 pending 2024-02-12T05:00:00Z +default",
    );
    check(&job(r#""started_at":"2024-02-12T04:30:03Z","success":true,"is_flow_step":true"#), "part");
    check(&job(r#""started_at":"2024-02-12T04:30:03Z","success":true,"is_flow_step":false,"parent_job":"j0""#), "part");
    for kind in ["dependencies", "flowdependencies", "appdependencies", "deploymentcallback"] {
        check(
            &format!(
                r#"{{"id":"j","job_kind":"{kind}","script_path":"f/sync","success":true,"started_at":"2024-02-12T04:30:03Z"}}"#
            ),
            "no execution",
        );
    }
    check(
        r#"{"id":"j","job_kind":"preview","script_path":null,"success":true,"started_at":"2024-02-12T04:30:03Z","labels":["a","b"],"is_retry":true}"#,
        "preview#j completed 2024-02-12T04:30:03Z +a +b +retry attempt 2 (retry)",
    );
    // Of queued jobs the export says nothing of how they stand.
    let queued = r#"{"id":"j1","created_by":"u","created_at":"2024-02-12T04:00:00Z","scheduled_for":"2024-02-12T05:00:00Z","job_kind":"script","permissioned_as":"u/u","email":"u@example.org","visible_to_owner":true,…}"#;
    let queued = with(queued);
    check(
        &queued(r#""script_path":"f/sync","tag":"default""#),
        "not started: f/sync#j1 pending 2024-02-12T05:00:00Z +default",
    );
    check(&queued(r#""suspend":1"#), "not started: script#j1 pending 2024-02-12T05:00:00Z");
    check(&queued(r#""started_at":"2024-02-12T05:00:01Z""#), "script#j1 pending 2024-02-12T05:00:01Z waited 1000ms");
    check(&queued(r#""is_flow_step":true"#), "part");
    check(
        "id,created_at,started_at,scheduled_for,script_path,job_kind,permissioned_as\nj1,2024-02-12 04:00:00,,2024-02-12 05:00:00,f/sync,script,u/u",
        "not started: f/sync#j1 pending 2024-02-12T05:00:00Z",
    );
    // One that ended and does not say how is no queued one.
    for ended in [r#""completed_at":"2024-02-12T05:00:01Z""#, r#""duration_ms":7"#] {
        check(&queued(ended), "unreadable: the row has no status");
    }
    for (word, status) in
        [("success", "completed"), ("failure", "failed"), ("canceled", "cancelled"), ("skipped", "skipped")]
    {
        check(
            &queued(&format!(r#""started_at":"2024-02-12T05:00:01Z","duration_ms":7,"status":"{word}""#)),
            &format!("script#j1 {status} 2024-02-12T05:00:01Z 7ms waited 1000ms"),
        );
    }
}

#[test]
fn kestra() {
    let check = system("Kestra executions");
    let execution = with(
        r#"{"results":[{"id":"k1","namespace":"company.team","flowId":"etl","labels":[{"key":"env","value":"prod"}],"state":{…}}],"total":1}"#,
    );
    // It was made 4 s before it ran; the duration counts from there and is not taken.
    let state = |word: &str| {
        execution(&format!(
            r#""current":"{word}","histories":[{{"state":"CREATED","date":"2024-02-12T04:29:59Z"}},{{"state":"RUNNING","date":"2024-02-12T04:30:03Z"}},{{"state":"{word}","date":"2024-02-12T04:34:06.688Z"}}],"startDate":"2024-02-12T04:29:59Z","endDate":"2024-02-12T04:34:06.688Z","duration":"PT4M7.688S""#
        ))
    };
    let row = "company.team.etl#k1";
    check(&state("SUCCESS"), &format!("{row} completed 2024-02-12T04:30:03Z 243688ms waited 4000ms +env:prod"));
    check(
        &state("WARNING"),
        &format!("{row} completed 2024-02-12T04:30:03Z 243688ms waited 4000ms +env:prod +warning"),
    );
    check(&state("KILLED"), &format!("{row} cancelled 2024-02-12T04:30:03Z 243688ms waited 4000ms +env:prod"));
    check(&state("RETRIED"), &format!("{row} failed 2024-02-12T04:30:03Z 243688ms waited 4000ms +env:prod +retried"));
    check(&state("SKIPPED"), &format!("{row} skipped 2024-02-12T04:30:03Z 243688ms waited 4000ms +env:prod"));
    // What is paused has an end that is none, and the duration of what runs grows.
    check(&state("PAUSED"), &format!("{row} pending 2024-02-12T04:30:03Z waited 4000ms +env:prod"));
    check(&state("RUNNING"), &format!("{row} running 2024-02-12T04:30:03Z waited 4000ms +env:prod"));
    check(
        &execution(r#""current":"FAILED","startDate":"2024-02-12T04:29:59Z","duration":"PT4M7.688S""#),
        &format!("{row} failed 2024-02-12T04:29:59Z 247688ms +env:prod (Created)"),
    );
    check(
        &execution(r#""current":"QUEUED","startDate":"2024-02-12T04:29:59Z","duration":"PT4M7.688S""#),
        &format!("not started: {row} pending 2024-02-12T04:29:59Z +env:prod"),
    );
    check(
        r#"{"id":"k2","namespace":"n","flowId":"f","parentId":"k1","state":{"current":"SUCCESS","startDate":"2024-02-12T04:29:59Z"}}"#,
        "part",
    );
    // A flow that a task of another one starts names no parent: the kind of the task that starts it tells.
    let by = |kind: &str, rest: &str| {
        format!(
            r#"{{"id":"k4","namespace":"n","flowId":"f",{rest}"trigger":{{"id":"call","type":"io.kestra.{kind}"}},"state":{{"current":"FAILED","startDate":"2024-02-12T04:29:59Z"}}}}"#
        )
    };
    for kind in [
        "plugin.core.flow.Subflow",
        "plugin.core.flow.ForEachItem$ForEachItemExecutable",
        "core.tasks.flows.Flow",
        "core.tasks.flows.Subflow",
        "core.tasks.flows.ForEachItem$ForEachItemExecutable",
    ] {
        check(&by(kind, ""), "part");
        // Run again by hand it is a part of no other one.
        check(
            &by(kind, r#""parentId":"k1","originalId":"k1","#),
            "n.f#k4 failed 2024-02-12T04:29:59Z attempt 2 (Created) (retry)",
        );
    }
    for kind in ["plugin.core.trigger.Flow", "plugin.core.trigger.Schedule"] {
        check(&by(kind, ""), "n.f#k4 failed 2024-02-12T04:29:59Z (Created)");
    }
    check(
        "id,namespace,flowId,trigger.type,state.current,state.startDate\nk5,n,f,io.kestra.plugin.core.flow.Subflow,FAILED,2024-02-12T04:29:59Z",
        "part",
    );
    // All but what runs again call themselves the original; what runs again calls that its parent too, and is no part of it.
    let again = |rest: &str| {
        format!(
            r#"{{"id":"k2","namespace":"n","flowId":"f",{rest},"metadata":{{"attemptNumber":3}},"state":{{"current":"FAILED","startDate":"2024-02-12T04:29:59Z"}}}}"#
        )
    };
    check(&again(r#""originalId":"k2""#), "n.f#k2 failed 2024-02-12T04:29:59Z +attempt:3 (Created)");
    check(
        &again(r#""parentId":"k1","originalId":"k1""#),
        "n.f#k2 failed 2024-02-12T04:29:59Z +attempt:3 attempt 2 (Created) (retry)",
    );
    check(&again(r#""parentId":"k1","originalId":"k2""#), "part");
    check(&again(r#""parentId":"k1","originalId":"""#), "part");
}
