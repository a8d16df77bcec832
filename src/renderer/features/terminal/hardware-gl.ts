const emulated = /swiftshader|llvmpipe|softpipe|software|basic render/i;
let answer: boolean | undefined;

/**
 * Whether WebGL is drawn by hardware. Where the processor emulates it, each frame is read back from it, and xterm's DOM
 * renderer is many times faster. Asked once: a context is not cheap.
 */
export function hasHardwareGl(): boolean {
  answer ??= probe();
  return answer;
}

function probe(): boolean {
  const context = document
    .createElement('canvas')
    .getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (!context) return false;
  const info = context.getExtension('WEBGL_debug_renderer_info');
  const name = String(context.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER));
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return !emulated.test(name);
}
