/** The part of the package that is used here; it ships no types of its own. */
declare module "fs-native-extensions" {
  /** True: granted. False: another open file description holds it. `byteLength` 0 means up to the end of the file. */
  export function tryLock(fd: number, byteOffset?: number, byteLength?: number): boolean;
  /** Names of the extended attributes, POSIX ACLs among them. */
  export function listAttrsSync(fd: number): string[];
  export function getAttr(fd: number, name: string): Promise<Uint8Array | null>;
  export function removeAttr(fd: number, name: string): Promise<void>;
  export function setAttr(fd: number, name: string, value: Uint8Array): Promise<void>;
}
