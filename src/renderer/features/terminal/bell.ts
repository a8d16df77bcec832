import type { Settings } from '../../../shared/contract/settings.ts';

const quietMs = 250;
const flashMs = 120;
let audio: AudioContext | undefined;
let last = -quietMs;

/** A bell character has come; many in a row ring once. */
export function ringBell(kind: Settings['terminal.bell'], element: HTMLElement): void {
  const now = performance.now();
  if (kind === 'none' || now - last < quietMs) return;
  last = now;
  if (kind === 'visual') {
    element.animate([{ boxShadow: 'inset 0 0 0 3px var(--accent)' }, { boxShadow: 'none' }], {
      duration: flashMs,
      easing: 'steps(1)',
    });
    return;
  }
  audio ??= new AudioContext();
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = 660;
  volume.gain.setValueAtTime(0.08, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.12);
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.12);
}
