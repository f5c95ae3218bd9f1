import { isIP } from 'node:net';
import { z } from 'zod';

/** What the schema says about a key beside its type; `--help` and the documentation show it. */
interface FieldMeta {
  /** Masked in `--print-config` and never repeated in a message. */
  secret?: true;
  /** In place of the default, where that is found out when the program starts. */
  defaultText?: string;
}

/** Gives a key its description, as the last step of its definition. */
export function field<T extends z.ZodType>(schema: T, description: string, meta: FieldMeta = {}): T {
  return schema.meta({ description, ...meta });
}

/** A TCP or UDP port; 0 lets the system choose. */
export const port = () => z.int().min(0).max(65_535);

/** A port that must be a certain one. */
export const fixedPort = () => z.int().min(1).max(65_535);

export const count = (max = Number.MAX_SAFE_INTEGER) => z.int().min(1).max(max);

const isIpAddress = (text: string) => isIP(text) !== 0;

function isCidr(text: string): boolean {
  const match = /^(.+)\/(\d{1,3})$/.exec(text);
  const address = match?.[1];
  if (address === undefined) return isIpAddress(text);
  return isIpAddress(address) && Number(match?.[2]) <= (isIP(address) === 6 ? 128 : 32);
}

function isRange(text: string): boolean {
  const [from, to, ...rest] = text.split('-');
  return rest.length === 0 && from !== undefined && to !== undefined && isIpAddress(from) && isIpAddress(to);
}

export const ipAddress = () => z.string().refine(isIpAddress).meta({ expected: 'an IPv4 or IPv6 address' });

/** An address that clients use: unlike one to listen on, it may be a name. */
export const reachableAddress = () =>
  z
    .string()
    .regex(/^[A-Za-z0-9.:-]{1,253}$/)
    .meta({ expected: 'an IP address or a host name' });

export const peerRange = () =>
  z
    .string()
    .refine((text) => isCidr(text) || isRange(text))
    .meta({ expected: 'an IP address, a range FIRST-LAST or a CIDR block' });

export const filePath = () => z.string().min(1).meta({ expected: 'the path of a file' });
