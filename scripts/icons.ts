/**
 * Draws the icons: a hub with spokes, in the colour of the task. Drawn rather than painted so that a new
 * task needs one line here, and so that every size comes from one picture.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { PNG } from 'pngjs';

type Colour = readonly [red: number, green: number, blue: number];

const extension: Colour = [23, 92, 163];
const tasks: Record<string, Colour> = {
  StampDeploy: [23, 92, 163],
  PrivateDns: [13, 122, 108],
  ImagePush: [124, 74, 168],
  NetworkGate: [176, 82, 12],
};

const spokes = 5;
const samples = 4;

/** Coverage of one sub-pixel: 1 where the figure is, in coordinates from -1 to 1. */
function figureAt(x: number, y: number): boolean {
  if (Math.hypot(x, y) < 0.24) return true;
  for (let i = 0; i < spokes; i++) {
    const angle = -Math.PI / 2 + (i * 2 * Math.PI) / spokes;
    const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
    if (Math.hypot(x - 0.64 * dx, y - 0.64 * dy) < 0.16) return true;
    const along = x * dx + y * dy;
    const across = Math.abs(x * dy - y * dx);
    if (along > 0 && along < 0.64 && across < 0.055) return true;
  }
  return false;
}

function insideTile(x: number, y: number): boolean {
  const radius = 0.3;
  const dx = Math.max(Math.abs(x) - (1 - radius), 0);
  const dy = Math.max(Math.abs(y) - (1 - radius), 0);
  return Math.hypot(dx, dy) <= radius;
}

function draw(size: number, [red, green, blue]: Colour): Buffer {
  const png = new PNG({ width: size, height: size });
  for (let py = 0; py < size; py++) {
    for (let px = 0; px < size; px++) {
      let tile = 0;
      let figure = 0;
      for (let s = 0; s < samples * samples; s++) {
        const x = ((px + ((s % samples) + 0.5) / samples) / size) * 2 - 1;
        const y = ((py + (Math.floor(s / samples) + 0.5) / samples) / size) * 2 - 1;
        if (!insideTile(x, y)) continue;
        tile++;
        if (figureAt(x, y)) figure++;
      }
      const white = tile === 0 ? 0 : figure / tile;
      const mix = (c: number) => Math.round(c + (255 - c) * white);
      const alpha = Math.round((255 * tile) / (samples * samples));
      png.data.set([mix(red), mix(green), mix(blue), alpha], (py * size + px) * 4);
    }
  }
  return PNG.sync.write(png);
}

/** Writes images/icon.png (128 pixels, the listing's) and icon.png of each task (32 pixels). */
export async function drawIcons(): Promise<void> {
  await mkdir('images', { recursive: true });
  await writeFile('images/icon.png', draw(128, extension));
  for (const [task, colour] of Object.entries(tasks)) {
    await writeFile(`tasks/${task}/${task}V1/icon.png`, draw(32, colour));
  }
}
