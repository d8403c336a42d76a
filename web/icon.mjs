// Draws the app's icon, a keyhole, as a PNG: no binary file in the repository, no package for it.
import { deflateSync } from "node:zlib";

const GROUND = [0x0a, 0x54, 0x70];
const MARK = [0xff, 0xff, 0xff];

/** Say whether a point (from 0 to 1 on both axes) lies on the keyhole. */
function isMark(x, y) {
  const inHead = (x - 0.5) ** 2 + (y - 0.4) ** 2 < 0.14 ** 2;
  const halfWidth = 0.05 + (y - 0.4) * 0.18;
  return inHead || (y > 0.4 && y < 0.72 && Math.abs(x - 0.5) < halfWidth);
}

/** The checksum of PNG chunks (ISO/IEC 15948 annex D). */
function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function chunk(kind, data) {
  const body = Buffer.concat([Buffer.from(kind, "ascii"), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** Return a square PNG of so many pixels (ISO/IEC 15948). */
export function drawIcon(size) {
  const rows = Buffer.alloc(size * (1 + size * 3));
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const colour = isMark((x + 0.5) / size, (y + 0.5) / size) ? MARK : GROUND;
      rows.set(colour, y * (1 + size * 3) + 1 + x * 3);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 2, 0, 0, 0], 8); // eight bits, red green blue
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([signature, ...parts]);
}
