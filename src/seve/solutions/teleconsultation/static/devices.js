// Camera and microphone, as far as there are any: picture and sound, sound alone, or neither; and why.
const VIDEO = { width: { ideal: 960 }, height: { ideal: 540 }, frameRate: { ideal: 24, max: 30 } };
const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

export async function open(way) {
  const wanted = way === "video" ? [{ video: VIDEO, audio: AUDIO }, { audio: AUDIO }, { video: VIDEO }] : way === "audio" ? [{ audio: AUDIO }] : [];
  let reason = "";
  for (const constraints of wanted) {
    try {
      return { stream: await navigator.mediaDevices.getUserMedia(constraints), reason };
    } catch (error) {
      reason ||= reasonOf(error);
    }
  }
  return { stream: new MediaStream(), reason };
}

export async function openCamera() {
  return (await navigator.mediaDevices.getUserMedia({ video: VIDEO })).getVideoTracks()[0];
}

export function reasonOf(error) {
  if (error.name === "NotAllowedError") return "denied";
  if (error.name === "NotReadableError" || error.name === "AbortError") return "busy";
  return "none"; // no such device, or a browser that has no way to one (TypeError: not a secure context)
}

// How loud a stream is, 0 to 1, told ten times a second.
export function loudness(stream, tell) {
  const context = new AudioContext(), analyser = context.createAnalyser(), samples = new Uint8Array(512);
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const timer = setInterval(() => {
    analyser.getByteTimeDomainData(samples);
    tell(Math.max(...samples.map((one) => Math.abs(one - 128))) / 128);
  }, 100);
  return () => { clearInterval(timer); context.close(); };
}
