//! baresip as a telephone without a sound card, ordered about through its control socket.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::alone::LOOPBACK;
use crate::baresip::control::Control;
use crate::hearing::{self, Channel};
use crate::program::{Program, wait_until};
use crate::sipp::{DOMAIN, Line, Transport};
use crate::tone::Tone;

mod control;

/// The modules that play and keep sound.
pub const CODECS_AND_SOUND: &[&str] =
    &["g711.so", "aufile.so", "aubridge.so", "uuid.so", "sndfile.so"];

/// The modules that take orders.
pub const APPLICATIONS: &[&str] = &["account.so", "contact.so", "menu.so", "ctrl_tcp.so"];

/// Where Debian puts the modules.
pub const MODULE_PATH: &str = "/usr/lib/baresip/modules";

/// Who a baresip is, and through whom it speaks.
pub struct Setup {
    pub name: &'static str,
    pub line: Line,
    /// Its port for SIP. It takes the next one too, and others a thousand and two thousand above.
    pub port: u16,
    /// Where its requests go first.
    pub next: SocketAddr,
    pub transport: Transport,
    /// Whether it registers there.
    pub registers: bool,
    pub tone: Tone,
}

/// A running baresip.
pub struct Baresip {
    program: Program,
    control: Control,
    folder: PathBuf,
}

impl Baresip {
    /// Starts it, and waits until it takes orders.
    pub fn start(setup: &Setup, folder: &Path) -> Self {
        let folder = folder.join(setup.name);
        fs::create_dir_all(&folder).expect("the folder of the example can be written");
        setup.tone.write_wav(&folder.join("tone.wav"));
        for (file, text) in [
            ("config", setup.config(&folder)),
            ("accounts", setup.account()),
            ("contacts", String::new()),
        ] {
            fs::write(folder.join(file), text).expect("the folder of the example can be written");
        }
        let mut command = Command::new("baresip");
        command.arg("-f").arg(&folder).current_dir(&folder);
        let program = Program::start(setup.name, &mut command, &folder);
        let control = Control::connect(SocketAddr::new(LOOPBACK, setup.control_port()));
        Self { program, control, folder }
    }

    /// Waits until its registration has been accepted.
    pub fn is_registered(&mut self) {
        let accepted = wait_until(PATIENCE, || {
            let state = self.control.order("reginfo", None);
            assert!(
                !state.contains("ERR"),
                "the registration failed: {state}{}",
                self.program.output()
            );
            state.contains("OK").then_some(())
        });
        assert!(accepted.is_some(), "no answer to the registration: {}", self.program.output());
    }

    /// Dials a number.
    pub fn dial(&mut self, number: &str) {
        self.control.order("dial", Some(&format!("sip:{number}@{DOMAIN}")));
    }

    /// Waits until it rings, and answers.
    pub fn answer(&mut self) {
        self.control.wait_for("CALL_INCOMING", PATIENCE);
        self.control.order("accept", None);
    }

    /// Waits until its call is up.
    pub fn is_talking(&mut self) {
        self.control.wait_for("CALL_ESTABLISHED", PATIENCE);
    }

    /// Hangs up.
    pub fn hang_up(&mut self) {
        self.control.order("hangup", None);
    }

    /// Waits until its call is over; says why it ended.
    pub fn call_is_over(&mut self) -> String {
        let event = self.control.wait_for("CALL_CLOSED", PATIENCE);
        event["param"].as_str().unwrap_or_default().to_owned()
    }

    /// Ends it; what it heard during its one call.
    pub fn quit(mut self) -> Channel {
        self.control.order("quit", None);
        self.program.end(PATIENCE).well();
        let kept: Vec<PathBuf> = fs::read_dir(&self.folder)
            .expect("its folder is there")
            .map(|entry| entry.expect("its folder can be listed").path())
            .filter(|path| path.to_string_lossy().ends_with("-dec.wav"))
            .collect();
        let [heard] = kept.as_slice() else {
            panic!("it kept {} recordings of what it heard: {kept:?}", kept.len());
        };
        hearing::channels(heard).remove(0)
    }
}

impl Setup {
    fn control_port(&self) -> u16 {
        self.port + 1_000
    }

    /// Where it keeps what it heard is told from its working folder: it cuts off paths of more
    /// than 127 bytes.
    fn config(&self, folder: &Path) -> String {
        let folder = folder.display();
        let (sip, control, rtp) = (self.port, self.control_port(), self.port + 2_000);
        let last_rtp = rtp + 20;
        let mut text = format!(
            "poll_method epoll\n\
             sip_listen {LOOPBACK}:{sip}\n\
             ctrl_tcp_listen {LOOPBACK}:{control}\n\
             rtp_ports {rtp}-{last_rtp}\n\
             audio_source aufile,{folder}/tone.wav\n\
             audio_player aubridge,null\n\
             audio_alert aubridge,null\n\
             ausrc_srate 8000\nauplay_srate 8000\n\
             ausrc_channels 1\nauplay_channels 1\n\
             snd_path .\n\
             module_path {MODULE_PATH}\n"
        );
        for (word, modules) in [("module", CODECS_AND_SOUND), ("module_app", APPLICATIONS)] {
            for module in modules {
                text.extend([word, " ", module, "\n"]);
            }
        }
        text
    }

    fn account(&self) -> String {
        let Line { number, secret } = self.line;
        let transport = if self.transport == Transport::Udp { "udp" } else { "tcp" };
        let interval = if self.registers { 600 } else { 0 };
        format!(
            "<sip:{number}@{DOMAIN}>;auth_user={number};auth_pass={secret};regint={interval};\
             outbound=\"sip:{};transport={transport}\";answermode=manual;audio_codecs=PCMU/8000/1\n",
            self.next
        )
    }
}

const PATIENCE: Duration = Duration::from_secs(15);
