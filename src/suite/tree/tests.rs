//! What is read, what is refused, and where each thing stands.

use super::*;

fn read(text: &str) -> (Option<Node>, Vec<Diagnostic>) {
    parse(&Arc::new(Source::new("a.yaml", text)))
}

#[test]
fn scratch() {
    for text in ["a: 1\nb:\n- x\n- \"y\" # c\nc: {d: [1, 2]}\n", "a:\nb: {s: a, b}\nb: 0777\n"] {
        let (node, faults) = read(text);
        println!("{:?}", node.map(|n| n.to_json().to_string()));
        for f in faults {
            println!("{} {} {} {:?}", f.place, f.title, f.label, f.helps);
        }
    }
}
