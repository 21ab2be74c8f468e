"""What a browser is asked on a page that is not our responders': a public echo's."""

ASK_HERE = """
const servers = arguments[0];
const longest = 3000, afterFirst = 300;
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const resolved = Intl.DateTimeFormat().resolvedOptions();
const report = {
  done: false, echo: null, echo6: null, candidates: [], sdpAddresses: [],
  gathering: 'unsupported', webrtcError: null, namesAsked: 0,
  timezone: resolved.timeZone, timezoneOffset: new Date().getTimezoneOffset(),
  locale: resolved.locale, languages: [...navigator.languages],
  geolocation: null, geolocationError: 'not asked', userAgent: navigator.userAgent,
  tookMs: {},
};
window.musterLeakReport = report;
const text = (document.body ? document.body.textContent : '').trim();
let said = text;
try {
  const told = JSON.parse(text);
  said = told.ip || told.origin || told.address || '';
} catch { /* plain text */ }
if (typeof said === 'string' && /^[0-9a-fA-F:.]{3,45}$/.test(said)) {
  report.echo = { address: said, family: said.includes(':') ? 6 : 4, headers: [] };
}
const began = performance.now();
(async () => {
  if (typeof RTCPeerConnection !== 'function' || !servers.length) return;
  const peer = new RTCPeerConnection({ iceServers: [{ urls: servers }] });
  try {
    const ended = new Promise((done) => {
      peer.onicecandidate = ({ candidate }) => {
        if (!candidate) { done('complete'); return; }
        if (!candidate.candidate) return;
        report.candidates.push({
          type: candidate.type || '', address: candidate.address,
          relatedAddress: candidate.relatedAddress, protocol: candidate.protocol,
          port: candidate.port,
        });
        if (candidate.type === 'srflx') wait(afterFirst).then(() => done('complete'));
      };
    });
    peer.createDataChannel('look');
    await peer.setLocalDescription(await peer.createOffer());
    report.gathering = await Promise.race([ended, wait(longest).then(() => 'timeout')]);
  } finally { peer.close(); }
})().catch((error) => { report.webrtcError = String(error); }).finally(() => {
  report.tookMs.webrtc = Math.round(performance.now() - began);
  report.done = true;
});
"""
"""
Fills `window.musterLeakReport` as our responders' own page does; takes STUN addresses.

It stops as facts/cloak.md 2.5 says: at the end of gathering, 300 ms after the first
address from outside, or after 3 s.
"""
