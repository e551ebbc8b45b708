//! What builds and tests code: GitHub Actions, GitLab, Jenkins. Every trap of theirs as a record of the shape that they write.

#[path = "support/systems.rs"]
mod systems;

use systems::{system, with};

#[test]
fn github() {
    let check = system("GitHub Actions runs");
    // A real record: its second attempt began seven hours after it was made, which is no wait.
    check(
        r#"{"id":8000161341,"name":"Stencil Nightly Build","run_number":316,"run_attempt":2,"event":"schedule","status":"completed","conclusion":"failure","workflow_id":50517269,"created_at":"2024-02-22T06:03:12Z","run_started_at":"2024-02-22T13:00:07Z","updated_at":"2024-02-22T13:00:58Z"}"#,
        "50517269#8000161341 failed \"Stencil Nightly Build\" 2024-02-22T13:00:07Z 51000ms +schedule +attempt:2 attempt 2",
    );
    let row = with(
        r#"{"id":1,"name":"CI","run_attempt":1,"event":"push","path":".github/workflows/ci.yml","created_at":"2024-02-22T06:00:00Z","run_started_at":"2024-02-22T06:00:01Z","updated_at":"2024-02-22T06:00:09Z",…}"#,
    );
    let words = [
        ("success", "completed", ""),
        ("neutral", "completed", " +neutral"),
        ("startup_failure", "failed", ""),
        ("action_required", "failed", " +action_required"),
        ("cancelled", "cancelled", ""),
        ("stale", "cancelled", ""),
        ("skipped", "skipped", ""),
        ("timed_out", "timed_out", ""),
    ];
    for (word, status, tag) in words {
        check(
            &row(&format!(r#""status":"completed","conclusion":"{word}""#)),
            &format!(".github/workflows/ci.yml#1 {status} \"CI\" 2024-02-22T06:00:01Z 8000ms +push{tag}"),
        );
    }
    for (word, status) in [
        ("in_progress", "running"),
        ("queued", "pending"),
        ("requested", "pending"),
        ("waiting", "waiting"),
        ("pending", "pending"),
    ] {
        check(
            &row(&format!(r#""status":"{word}","conclusion":null"#)),
            &format!(".github/workflows/ci.yml#1 {status} \"CI\" 2024-02-22T06:00:01Z +push"),
        );
    }
    // That it ended does not say that it ended well.
    check(
        &row(r#""status":"completed","conclusion":null"#),
        ".github/workflows/ci.yml#1 other \"CI\" 2024-02-22T06:00:01Z +push",
    );
    check(
        r#"{"total_count":1,"workflow_runs":[{"id":1,"run_number":3,"status":"in_progress","conclusion":null,"workflow_id":2,"created_at":"2024-02-22T06:00:00Z","run_started_at":null}]}"#,
        "2#1 running 2024-02-22T06:00:00Z (Created)",
    );
}

#[test]
fn github_by_its_command_line_and_its_jobs() {
    let cli = system("GitHub Actions runs of gh");
    let run = with(
        r#"[{"databaseId":5,"workflowDatabaseId":9,"workflowName":"CI","event":"push","headBranch":"main","createdAt":"2024-02-22T06:00:00Z","updatedAt":"2024-02-22T06:01:00Z",…}]"#,
    );
    cli(
        &run(r#""startedAt":"2024-02-22T06:00:02Z","status":"completed","conclusion":"success","attempt":3"#),
        "9#5 completed \"CI\" 2024-02-22T06:00:02Z 58000ms +push +main +attempt:3 attempt 3",
    );
    // Go's zero time is none; the conclusion of what runs is an empty text.
    cli(
        &run(r#""startedAt":"0001-01-01T00:00:00Z","status":"in_progress","conclusion":"""#),
        "9#5 running \"CI\" 2024-02-22T06:00:00Z +push +main (Created)",
    );
    // What gh is asked for decides what there is: without a start the moment at which a run was made, and then no duration,
    // since a second attempt ends long behind that.
    let created =
        system("GitHub Actions runs of gh that start at createdAt and have no duration, for want of startedAt,");
    created(
        &run(r#""status":"completed","conclusion":"success","attempt":3"#),
        "9#5 completed \"CI\" 2024-02-22T06:00:00Z +push +main +attempt:3 attempt 3 (Created)",
    );
    let listed = with(r#"[{"createdAt":"2024-02-22T06:00:00Z","updatedAt":"2024-02-22T06:01:00Z","name":"CI",…}]"#);
    created(&listed(r#""status":"completed","conclusion":"failure""#), "CI#- failed 2024-02-22T06:00:00Z (Created)");
    created(
        &listed(r#""databaseId":7,"status":"queued","conclusion":"""#),
        "not started: CI#7 pending 2024-02-22T06:00:00Z",
    );
    // Without a conclusion nothing says how they ended.
    let untold = system(
        "GitHub Actions runs of gh that do not say how they ended, for want of conclusion among the fields of `gh run list --json`,",
    );
    untold(
        &run(r#""startedAt":"2024-02-22T06:00:02Z","status":"completed""#),
        "9#5 other \"CI\" 2024-02-22T06:00:02Z +push +main",
    );
    untold(
        &run(r#""startedAt":"2024-02-22T06:00:02Z","status":"in_progress""#),
        "9#5 running \"CI\" 2024-02-22T06:00:02Z +push +main",
    );
    let neither = system(
        "GitHub Actions runs of gh that start at createdAt, have no duration and do not say how they ended, for want of startedAt and conclusion among the fields of `gh run list --json`,",
    );
    neither(&run(r#""status":"completed""#), "9#5 other \"CI\" 2024-02-22T06:00:00Z +push +main (Created)");
    neither(
        &listed(r#""databaseId":7"#),
        "unreadable: the row has no status; add status and conclusion to the fields of `gh run list --json`",
    );
    let without = "no_start: the row has no start: startedAt is absent, null or a zero time; add startedAt to the fields of `gh run list --json`";
    for fields in [
        r#"{"databaseId":5,"status":"completed","conclusion":"success"}"#,
        r#"{"workflowName":"CI","status":"completed","conclusion":"success"}"#,
        r#"{"databaseId":5,"workflowName":"CI","status":"completed"}"#,
        r#"{"workflowDatabaseId":5,"status":"completed","updatedAt":"2024-02-22T06:01:00Z"}"#,
    ] {
        cli(fields, without);
    }
    // A start that was asked for and is none is nothing that could be asked for.
    cli(
        r#"{"databaseId":5,"startedAt":"0001-01-01T00:00:00Z","status":"completed","conclusion":"success"}"#,
        "no_start: the row has no start: startedAt is absent, null or a zero time",
    );
    let job = system("GitHub Actions jobs");
    job(
        r#"{"jobs":[{"id":2,"run_id":1,"workflow_name":"CI","name":"build","run_attempt":1,"status":"completed","conclusion":"timed_out","created_at":"2024-02-22T13:00:00Z","started_at":"2024-02-22T13:00:10Z","completed_at":"2024-02-22T13:00:50Z","labels":["ubuntu"],"steps":[{"name":"x","started_at":"2024-02-22T08:00:17.000-05:00","conclusion":"success"}]}]}"#,
        "CI/build#2 timed_out 2024-02-22T13:00:10Z 40000ms waited 10000ms +ubuntu",
    );
}

#[test]
fn gitlab() {
    let pipeline = with(
        r#"{"id":47,"iid":12,"project_id":1,"source":"push","ref":"main","sha":"a9","created_at":"2022-09-21T01:05:00.000Z",…}"#,
    );
    let check = system("GitLab pipelines");
    check(
        &pipeline(
            r#""status":"success","started_at":"2022-09-21T01:05:14.197Z","finished_at":"2022-09-21T01:07:14.197Z","duration":34,"queued_duration":14"#,
        ),
        "1/main#47 completed 2022-09-21T01:05:14.197Z 34000ms waited 14000ms +push +main (other end)",
    );
    check(
        &pipeline(r#""status":"canceled","started_at":null,"duration":null"#),
        "not started: 1/main#47 cancelled 2022-09-21T01:05:00Z +push +main",
    );
    check(&pipeline(r#""status":"manual","started_at":null"#), "no execution");
    check(
        &pipeline(r#""status":"running","started_at":"2022-09-21T01:05:14Z","duration":99"#),
        "1/main#47 running 2022-09-21T01:05:14Z +push +main",
    );
    check(
        r#"{"id":48,"iid":13,"project_id":1,"source":"parent_pipeline","ref":"main","status":"success","started_at":"2022-09-21T01:05:14Z"}"#,
        "part",
    );
    let listed = system("GitLab pipelines of a list");
    listed(&pipeline(r#""status":"failed""#), "1/main#47 failed 2022-09-21T01:05:00Z +push +main (Created)");
    for word in ["created", "waiting_for_resource", "preparing", "waiting_for_callback", "pending", "scheduled"] {
        listed(
            &pipeline(&format!(r#""status":"{word}""#)),
            "not started: 1/main#47 pending 2022-09-21T01:05:00Z +push +main",
        );
    }
    let job = with(
        r#"[{"id":8,"name":"rspec","stage":"test","ref":"main","pipeline":{"id":6,"project_id":1},"tag_list":["docker"],"created_at":"2022-09-21T01:05:00Z","started_at":"2022-09-21T01:05:01Z","finished_at":"2022-09-21T01:05:02Z",…}]"#,
    );
    let jobs = system("GitLab jobs");
    jobs(
        &job(
            r#""status":"failed","failure_reason":"stuck_or_timeout_failure","allow_failure":true,"duration":0.192,"queued_duration":0.023"#,
        ),
        "1/rspec#8 timed_out 2022-09-21T01:05:01Z 192ms waited 23ms +docker +test +main +allow_failure error \"stuck_or_timeout_failure\"",
    );
    jobs(
        &job(r#""status":"failed","failure_reason":"script_failure","allow_failure":false,"duration":0.1925"#),
        "1/rspec#8 failed 2022-09-21T01:05:01Z 193ms +docker +test +main error \"script_failure\"",
    );
}

#[test]
fn jenkins() {
    let check = system("Jenkins builds");
    let build = with(
        r#"{"_class":"hudson","fullName":"team/app","builds":[{"number":412,"timestamp":1707712203412,"estimatedDuration":251000,…}]}"#,
    );
    let row = "team/app#412";
    let words = [
        ("SUCCESS", "completed", ""),
        ("UNSTABLE", "failed", " +unstable"),
        ("FAILURE", "failed", ""),
        ("NOT_BUILT", "skipped", ""),
        ("ABORTED", "cancelled", ""),
    ];
    for (word, status, tag) in words {
        check(
            &build(&format!(r#""duration":247688,"result":"{word}","building":false"#)),
            &format!("{row} {status} 2024-02-12T04:30:03.412Z 247688ms{tag} (Scheduled)"),
        );
    }
    // A build has a duration of 0 as long as it runs, even if it says its result already.
    check(
        &build(r#""duration":0,"result":null,"building":true"#),
        &format!("{row} running 2024-02-12T04:30:03.412Z (Scheduled)"),
    );
    check(
        &build(r#""duration":0,"result":"FAILURE","building":true"#),
        &format!("{row} running 2024-02-12T04:30:03.412Z (Scheduled)"),
    );
}

#[test]
fn jenkins_lists_jobs_with_their_builds() {
    let check = system("Jenkins builds");
    let build = |number: u32, result: &str| {
        format!(
            r#"{{"_class":"org.jenkinsci.plugins.workflow.job.WorkflowRun","building":false,"duration":5,"number":{number},"result":"{result}","timestamp":1707712203412}}"#
        )
    };
    let (one, two) = (build(1, "SUCCESS"), build(2, "FAILURE"));
    let job = |name: &str, builds: &str| {
        format!(r#"{{"_class":"hudson.model.FreeStyleProject","name":"{name}","builds":[{builds}]}}"#)
    };
    let folder = |name: &str, jobs: &str| {
        format!(r#"{{"_class":"com.cloudbees.hudson.plugins.folder.Folder","name":"{name}","jobs":[{jobs}]}}"#)
    };
    let root = |jobs: &[&str]| format!(r#"{{"_class":"hudson.model.Hudson","jobs":[{}]}}"#, jobs.join(","));
    let row = |workflow: &str, number: u32, status: &str| {
        format!("{workflow}#{number} {status} 2024-02-12T04:30:03.412Z 5ms (Scheduled)")
    };
    let (first, second) = (row("nightly", 1, "completed"), row("nightly", 2, "failed"));
    let both = format!("{first}\n{second}");
    let builds = format!("{one},{two}");
    check(&root(&[&job("nightly", &builds)]), &both);
    // Each job counts from 1.
    check(
        &root(&[&job("nightly", &builds), &job("a\\\"b", &one)]),
        &format!("{both}\n{}", row("a\"b", 1, "completed")),
    );
    // Members have no order; a list of jobs may stand by itself; what was asked for may be all builds.
    let behind = format!(r#"{{"builds":[{builds}],"name":"nightly"}}"#);
    check(&root(&[&behind]), &both);
    check(&format!("[{behind},{behind}]"), &format!("{both}\n{both}"));
    check(&format!(r#"{{"jobs":[{behind}],"_class":"hudson.model.Hudson"}}"#), &both);
    check(&root(&[&job("nightly", &builds).replace("builds", "allBuilds")]), &both);
    check(&job("nightly", &builds), &both);
    // Jobs lie in folders, and these in others; a full name says that already.
    let inner = folder("team", &format!("{},{}", folder("apps", &job("web", &one)), job("lib", &two)));
    let said = format!("{}\n{}", row("team/apps/web", 1, "completed"), row("team/lib", 2, "failed"));
    check(&root(&[&inner, &job("nightly", &builds)]), &format!("{said}\n{both}"));
    check(&inner, &said);
    let full = inner.replace(r#""name":"web""#, r#""fullName":"team/apps/web","name":"web""#);
    check(&root(&[&full]), &said);
    // Jobs without builds and folders without jobs are no rows. Those that were not asked for them are told, since they may
    // have some, and hide no others.
    let closed = r#"{"_class":"com.cloudbees.hudson.plugins.folder.Folder","name":"closed"}"#;
    let told = "unreadable: a job or folder of Jenkins without its builds and jobs; they are there if its interface is asked for `tree=jobs[name,builds[number,timestamp,duration,result,building]]`, with another `jobs[…]` within for folders";
    check(&root(&[&job("new", ""), &folder("empty", ""), &inner]), &said);
    check(&root(&[closed, &inner, closed]), &format!("{told}\n{said}\n{told}"));
    check(&root(&[&folder("outer", closed), &job("nightly", &builds)]), &format!("{told}\n{both}"));
    assert_eq!(systems::read(&root(&[closed, closed])).0, format!("{told}\n{told}"));
    // As deep as documents may be nested.
    let deep = (0..40).fold(job("nightly", &one), |jobs, _| folder("f", &jobs));
    check(&root(&[&deep]), &row(&format!("{}nightly", "f/".repeat(40)), 1, "completed"));
}
