/** One member of a tar archive, as POSIX has it, and its bytes. */
export function tarMember(name: string, bytes: Buffer, size = bytes.length, type = '0'): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write('        ', 148);
  header.write(type, 156);
  header.write('ustar\0', 257);
  return Buffer.concat([signed(header), bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

/** Gives a header its checksum. */
export function signed(header: Buffer): Buffer {
  header.write('        ', 148);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

export const tarOf = (...members: readonly (readonly [name: string, bytes: Buffer])[]): Buffer =>
  Buffer.concat([...members.map(([name, bytes]) => tarMember(name, bytes)), Buffer.alloc(1_024)]);
