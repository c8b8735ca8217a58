import { type GetPromptResult, type Prompt, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { didYouMean } from '../../catalog/nearest.js';
import { plain } from '../../platform/plain-text.js';
import type { Caller } from '../../policy/policy-types.js';
import { jobIcons } from '../icons.js';
import type { Offer } from '../offer.js';
import { bodyOf, type Skill } from './skill.js';
import { skills } from './skills.js';

/** The longest argument that a prompt takes, in characters. */
const LONGEST = 500;

const IN_DISCOVERY = 'Operations whose tools are not listed are called through call_read_operation and call_operation.';

/** The jobs as prompts. A job is offered only to callers who are offered every tool that it needs. */
export class Prompts {
  readonly #offer: Offer;

  constructor(offer: Offer) {
    this.#offer = offer;
  }

  /** The jobs that the caller can carry out here. */
  offered(caller: Caller): readonly Skill[] {
    return skills().filter(({ tools }) => this.#offer.lacking(tools, caller).length === 0);
  }

  list(caller: Caller): Prompt[] {
    return this.offered(caller).map((skill) => ({
      name: skill.name,
      title: skill.title,
      description: skill.description,
      icons: jobIcons(skill.name),
      arguments: skill.arguments.map(({ name, description, required }) => ({ name, description, required })),
    }));
  }

  /** @throws ProtocolError that says what is wrong, or which tools are not offered here and why */
  get(name: string, given: Readonly<Record<string, string>>, caller: Caller): GetPromptResult {
    const skill = this.named(name, caller);
    const known = skill.arguments.map((argument) => argument.name);
    const unknown = Object.keys(given).find((argument) => !known.includes(argument));
    if (unknown !== undefined) {
      throw invalid(
        `The prompt ${name} has no argument ${plain(unknown, 60)}.${didYouMean(unknown, known)} It takes: ${known.join(', ')}.`,
      );
    }
    const missing = skill.arguments.find((argument) => argument.required && blank(given[argument.name]));
    if (missing !== undefined) throw invalid(`The prompt ${name} needs ${missing.name}: ${missing.description}.`);
    const values = known.filter((argument) => !blank(given[argument]));
    const lines = values.map((argument) => `- ${argument}: ${JSON.stringify((given[argument] ?? '').slice(0, LONGEST))}`);
    const body = bodyOf(skill).trim();
    const absent = this.#offer.lacking(toolsNamedIn(body, this.#offer), caller).map((tool) => tool.name);
    const text = [
      body,
      lines.length === 0 ? '' : `Given:\n${lines.join('\n')}`,
      absent.length === 0 ? '' : `Not offered here: ${absent.join(', ')}. Leave out what needs them, and say so.`,
      this.#offer.discovery ? IN_DISCOVERY : '',
    ];
    return {
      description: skill.title,
      messages: [{ role: 'user', content: { type: 'text', text: text.filter((part) => part !== '').join('\n\n') } }],
    };
  }

  /** @throws ProtocolError for a job that is unknown or not offered */
  named(name: string, caller: Caller): Skill {
    const skill = skills().find((one) => one.name === name);
    if (skill === undefined) {
      const offered = this.offered(caller).map((one) => one.name);
      throw invalid(`No prompt is named ${plain(name, 60)}.${didYouMean(name, offered)}`);
    }
    const [lacking] = this.#offer.lacking(skill.tools, caller);
    if (lacking === undefined) return skill;
    throw invalid(`The prompt ${name} needs ${lacking.name}, which is not offered here. ${lacking.why}`);
  }
}

const toolsNamedIn = (text: string, { catalog }: Offer): string[] => [
  ...new Set(
    [...text.matchAll(/[`"](\w+)[`"]/g)].map(([, name = '']) => name).filter((name) => catalog.find(name) !== undefined),
  ),
];

const blank = (text: string | undefined): boolean => text === undefined || text.trim() === '';
const invalid = (message: string): ProtocolError => new ProtocolError(ProtocolErrorCode.InvalidParams, message);
