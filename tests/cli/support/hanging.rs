//! A server that a run can be caught at in the middle of a request.

use std::sync::mpsc;

use super::server::{Server, Then, reply};

/// Never answers `/hang…`, answers any other target with what `others` gives for it, and tells each
/// one as it arrives.
pub fn hanging(
    others: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static,
) -> (Server, mpsc::Receiver<String>) {
    let (tell, told) = mpsc::channel();
    let server = Server::start(move |request, stream| {
        // The test may have seen enough.
        let _ = tell.send(request.target.clone());
        if request.target.starts_with("/hang") {
            // Returns when the client leaves.
            let _ = std::io::Read::read(stream, &mut [0]);
            return Then::Close;
        }
        reply(stream, &others(&request.target))
    });
    (server, told)
}
