import { type BigIntStats, constants } from 'node:fs';
import { open, realpath, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileProblem } from '../platform/file-problem.js';
import { makeFolder } from '../platform/make-folder.js';
import { createPrivateFile } from '../platform/private-file.js';
import { putInPlace } from '../platform/put-in-place.js';
import { decodeText } from '../platform/read-text.js';
import type { Needs } from '../policy/confirmation/approvals.js';
import { type Approver, ApproverFileError, parseApprovers, type Subject, writeApprovers } from './approver-file.js';

/** Larger than a thousand people with their passkeys. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * The people who may approve, from a file with mode 0600. The file is checked for every question, so that a change counts at
 * once.
 */
export class Approvers {
  readonly path: string;
  #version = '';
  #known: readonly Approver[] = [];

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Everyone enrolled now; none if there is no file.
   * @throws ApproverFileError when the file cannot be read, is faulty, or can be written by others than its owner
   */
  async all(): Promise<readonly Approver[]> {
    try {
      if (versionOf(await stat(this.path, { bigint: true })) === this.#version) return this.#known;
      const { version, text } = await this.#read();
      const known = parseApprovers(text);
      this.#known = known;
      this.#version = version;
      return known;
    } catch (error) {
      this.#version = '';
      if (isMissing(error)) return [];
      throw error instanceof ApproverFileError
        ? error
        : new ApproverFileError(`${this.path} cannot be read: ${fileProblem(error, 'read')}.`);
    }
  }

  /** Checks and reads through one handle, so that the file checked is the file read. */
  async #read(): Promise<{ version: string; text: string }> {
    // Opening a pipe in its place would block.
    const file = await open(this.path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stats = await file.stat({ bigint: true });
      if (!stats.isFile()) throw new ApproverFileError(`${this.path} is no file that can be read: name a file.`);
      if (process.platform !== 'win32' && (Number(stats.mode) & 0o022) !== 0) {
        throw new ApproverFileError(`Users other than its owner can change ${this.path}: chmod 600 it, and check who is in it.`);
      }
      if (stats.size > MOST_BYTES) throw new ApproverFileError(`${this.path} is too large to be a file of approvers.`);
      return { version: versionOf(stats), text: decodeText(await file.readFile()) };
    } finally {
      await file.close();
    }
  }

  /** Upper and lower case are alike in names. */
  async find(name: string): Promise<Approver | undefined> {
    return (await this.all()).find((approver) => isSameName(approver.name, name));
  }

  /** @throws ApproverFileError */
  async findBySubject(subject: Subject): Promise<Approver | undefined> {
    return (await this.all()).find((approver) => hasSubject(approver, subject));
  }

  /**
   * Replaces the file, in one step, with the result of `change`.
   * @throws ApproverFileError when the file is faulty, or another command is changing it
   */
  async change(change: (approvers: readonly Approver[]) => readonly Approver[]): Promise<void> {
    await makeFolder(dirname(this.path)).catch((error: unknown) => {
      throw new ApproverFileError(`${this.path} cannot be written: ${fileProblem(error, 'write')}.`);
    });
    const target = await realpath(this.path).catch(() => this.path);
    const draft = `${target}.new`;
    const file = await createPrivateFile(draft).catch((error: unknown) => {
      if (isCode(error, 'EEXIST')) {
        throw new ApproverFileError(`Another command is changing the file of approvers. If none is, remove ${draft}.`);
      }
      throw new ApproverFileError(`${this.path} cannot be written: ${fileProblem(error, 'write')}.`);
    });
    try {
      await file.writeFile(writeApprovers(change(await this.all())));
      await file.sync();
      await file.close();
      await putInPlace(draft, target);
    } catch (error) {
      await file.close().catch(() => {});
      await rm(draft, { force: true });
      throw error;
    }
  }

  /** @throws ApproverFileError if that name is taken */
  async add(approver: Approver): Promise<void> {
    await this.change((approvers) => {
      if (approvers.some(({ name }) => isSameName(name, approver.name))) {
        throw new ApproverFileError(`There is an approver named ${approver.name} already.`);
      }
      return [...approvers, approver];
    });
  }

  /** Replaces an approver with the result of `change`. @throws ApproverFileError if there is none of that name */
  async update(name: string, change: (approver: Approver) => Approver): Promise<void> {
    await this.change((approvers) => {
      if (!approvers.some((approver) => isSameName(approver.name, name))) throw unknown(name);
      return approvers.map((approver) => (isSameName(approver.name, name) ? change(approver) : approver));
    });
  }

  /** @throws ApproverFileError if there is none of that name */
  async remove(name: string): Promise<void> {
    await this.change((approvers) => {
      const others = approvers.filter((approver) => !isSameName(approver.name, name));
      if (others.length === approvers.length) throw unknown(name);
      return others;
    });
  }
}

const versionOf = ({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string => [ino, size, mtimeNs, ctimeNs].join();

const unknown = (name: string): ApproverFileError => new ApproverFileError(`There is no approver named ${JSON.stringify(name)}.`);

export const isSameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Whether a caller is the same person: callers who present an issuer's token are known by its `sub`. */
export const isCaller = ({ name, callers = [], subjects = [] }: Approver, caller: string): boolean =>
  [name, ...callers].some((one) => isSameName(one, caller)) || subjects.some(({ sub }) => sub === caller);

export const hasSubject = ({ subjects = [] }: Approver, { issuer, sub }: Subject): boolean =>
  subjects.some((subject) => subject.issuer === issuer && subject.sub === sub);

/** Whether they can sign in at the issuer, if there is one. */
export const signsInAt = ({ subjects = [] }: Approver, issuer: string | undefined): boolean =>
  issuer !== undefined && subjects.some((subject) => subject.issuer === issuer);

/** Whether the rules let this person approve. */
export const isNamed = ({ name, groups = [] }: Approver, needs: Pick<Needs, 'approvers'>): boolean =>
  needs.approvers.every((list) => list.some((one) => isSameName(one, name) || groups.some((group) => isSameName(group, one))));

/**
 * Whether the enrolled people could approve a call of this caller.
 * @param issuer another place where they can sign in
 */
export function canDecide(approvers: readonly Approver[], needs: Needs, caller: string, issuer?: string): boolean {
  const hasPasskey = ({ passkeys = [] }: Approver): boolean => passkeys.length > 0;
  const able = approvers.filter(
    (approver) =>
      isNamed(approver, needs) &&
      (hasPasskey(approver) || (!needs.passkey && (approver.passphrase !== undefined || signsInAt(approver, issuer)))),
  );
  const others = able.filter((approver) => !isCaller(approver, caller));
  if (needs.byAnother) return others.length > (needs.two ? 1 : 0);
  return needs.two ? able.length > 1 && others.length > 0 : able.length > 0;
}

const isCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code;

const isMissing = (error: unknown): boolean => isCode(error, 'ENOENT');
