//! The JUnit report, read back with an XML parser.
