//! What is asked about a call that nobody has described beforehand.

use std::time::Duration;

use crate::check::{Verdict, align, modes, span, streams};
use crate::evidence::{RecordedStream, Timeline, dialogs, recordings};
use crate::scenario::Budgets;
use crate::time::Instant;

/// A question, and what the evidence says.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was asked, as a sentence that is true if all is well.
    pub question: &'static str,
    /// The answer.
    pub verdict: Verdict,
}

/// Asks about one call, of which the capture ends at `end`.
pub fn of_call(call: &Timeline, end: Instant, one_way: bool) -> Vec<Answer> {
    let sessions = recordings(call);
    let is_seen = dialogs(call).len() > sessions.len();
    let mut answers = Vec::new();
    let mut ask = |question, verdict: Verdict| {
        let verdict = if one_way { one_sided(verdict) } else { verdict };
        answers.push(Answer { question, verdict: verdict.resting_on(call) });
    };
    let open = |why: &str| Verdict::Inconclusive(why.to_owned());
    if sessions.is_empty() {
        ask(RECORDED, open("no recording session was seen with this call"));
        return answers;
    }
    if !is_seen {
        ask(RECORDED, open("the call that it is of was not captured"));
        return answers;
    }
    let is_refused = |at: &crate::evidence::RecordingSession<'_>| at.dialog.answered.is_none();
    if sessions.iter().all(is_refused) {
        ask(RECORDED, open("the recorder took no recording session of this call"));
        return answers;
    }
    let Budgets { recording_starts, recording_ends, streams_agree, .. } = Budgets::default();
    ask(RECORDED, modes::recordings_are(call, sessions.len()));
    ask("recording begins at once", span::began_within(call, recording_starts));
    ask("nothing is recorded before the answer", span::nothing_before_the_answer(call));
    ask("each stream that was agreed on flows", every_stream_flows(call));
    ask("each stream carries one voice", streams::each_carries_one_voice(call));
    ask("the metadata names who is heard", streams::speakers_are_named(call));
    ask("the sides are aligned", align::streams_agree(call, streams_agree));
    let ended = || span::ended_within(call, recording_ends);
    let silent = || span::nothing_after_the_end(call);
    let is_over = sessions.iter().all(|session| session.dialog.ended.is_some());
    let cut = !is_over && end < last_word(call) + recording_ends + PATIENCE;
    let unless_cut = |verdict: &dyn Fn() -> Verdict| {
        if cut { open("the capture ends before the recording does") } else { verdict() }
    };
    ask("the recording ends with the call", unless_cut(&ended));
    ask("nothing is sent after the end", unless_cut(&silent));
    answers
}

/// On every stream that both sides agreed on media flowed.
fn every_stream_flows(call: &Timeline) -> Verdict {
    let verdicts = recordings(call).into_iter().map(|session| {
        let agreed = session.streams.iter().filter(|stream| stream.target.is_some()).count();
        if session.streams.iter().any(RecordedStream::is_alive) {
            streams::streams_of_one_are(call, &session, agreed)
        } else {
            Verdict::Inconclusive("no media of it was captured".to_owned())
        }
    });
    Verdict::of_all(verdicts)
}

/// When only one side of a conversation is seen, nothing that is missing is missing for certain.
fn one_sided(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Fail(finding) => Verdict::Inconclusive(format!(
            "only one direction was captured; what is there says: {}",
            finding.seen
        )),
        verdict => verdict,
    }
}

/// When anybody last hung up.
fn last_word(call: &Timeline) -> Instant {
    dialogs(call).iter().filter_map(|it| it.over()).max().unwrap_or_default()
}

const RECORDED: &str = "the call is recorded";
/// What is late may still come.
const PATIENCE: Duration = Duration::from_secs(2);
