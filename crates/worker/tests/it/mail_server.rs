//! A mail server on loopback: takes messages, or refuses them as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// One message that was offered.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    /// Headers and text, as sent.
    pub(crate) data: String,
    /// The server said 250 to it.
    pub(crate) accepted: bool,
}

impl Mail {
    /// A header, where it is one line.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let (head, _) = self.data.split_once("\r\n\r\n")?;
        head.lines()
            .find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }
}

#[derive(Debug, Default)]
struct State {
    mails: Vec<Mail>,
    /// What is said to the next messages; then 250.
    answers: VecDeque<String>,
}

/// Ends with this value.
#[derive(Debug)]
pub(crate) struct MailServer {
    state: Arc<Mutex<State>>,
    port: u16,
    task: tokio::task::JoinHandle<()>,
}

impl MailServer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                // A caller that goes away in the middle is no matter here.
                tokio::spawn(async move { serve(stream, &state).await.ok() });
            }
        });
        Self { state, port, task }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// What is said to the next message.
    pub(crate) fn answer(&self, line: &str) {
        self.state
            .lock()
            .unwrap()
            .answers
            .push_back(line.to_owned());
    }

    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.state.lock().unwrap().mails.clone()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn address(line: &str) -> String {
    line.split(['<', '>']).nth(1).unwrap_or_default().to_owned()
}

async fn serve(stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mail.reseller.example\r\n").await?;
    let (mut from, mut to, mut line) = (String::new(), Vec::new(), String::new());
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let word = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer = match word.as_str() {
            "EHLO" | "HELO" => "250 mail.reseller.example".to_owned(),
            "MAIL" => {
                from = address(&line);
                to.clear();
                "250 ok".to_owned()
            }
            "RCPT" => {
                to.push(address(&line));
                "250 ok".to_owned()
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                let mut data = String::new();
                loop {
                    line.clear();
                    stream.read_line(&mut line).await?;
                    if line == ".\r\n" {
                        break;
                    }
                    data.push_str(&line);
                }
                let mut state = state.lock().unwrap();
                let answer = state
                    .answers
                    .pop_front()
                    .unwrap_or_else(|| "250 taken".to_owned());
                let accepted = answer.starts_with("250");
                state.mails.push(Mail {
                    from: from.clone(),
                    to: to.clone(),
                    data,
                    accepted,
                });
                answer
            }
            "QUIT" => "221 bye".to_owned(),
            _ => "250 ok".to_owned(),
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}
