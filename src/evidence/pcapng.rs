//! stub
pub struct PcapWriter;
impl PcapWriter { pub fn packet(&mut self, _: crate::time::Instant, _: &crate::packet::Packet, _: Option<&str>) {} 
 pub fn new(_: Box<dyn std::io::Write + Send>, _: crate::time::Epoch) -> std::io::Result<Self> { Ok(Self) }
 pub fn finish(self) -> std::io::Result<()> { Ok(()) } }
impl std::fmt::Debug for PcapWriter { fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { Ok(()) } }
