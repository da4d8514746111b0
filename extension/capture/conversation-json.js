"use strict";
// The conversation documents that the page loads for itself, turned into exchanges: the tree of the
// singular endpoint, and the flat windows of the plural one.

((capture) => {
  const { objectOf, listOf, textOrNull, titleOf, timeOf } = capture.values;
  const { isPrompt, isReply, rawText, replyOf, joinReplies, mergeCitations, attachmentsOf, folderOf, roleOf } =
    capture.messageText;

  /** Chains of one prompt that are followed; a regenerated answer is one chain more. */
  const CHAINS_MAX = 200;
  const STEPS_MAX = 20_000;

  /** @typedef {{id: string, message: Capture.Json, parent: string | null, children: string[]}} Node */

  /**
   * @param {Capture.Json} json
   * @returns {Map<string, Node>}
   */
  function nodesOf(json) {
    const entries = Object.entries(objectOf(json.mapping));
    return new Map(
      entries.map(([id, value]) => {
        const node = objectOf(value);
        const children = listOf(node.children).filter((/** @type {unknown} */ child) => typeof child === "string");
        const message = objectOf(node.message);
        return [id, { id, message, parent: textOrNull(node.parent), children: /** @type {string[]} */ (children) }];
      }),
    );
  }

  /**
   * @param {Map<string, Node>} nodes
   * @param {Node | undefined} leaf
   * @returns {Node[]} from the leaf to the root; a cycle ends it
   */
  function upwards(nodes, leaf) {
    /** @type {Set<Node>} */
    const path = new Set();
    for (let node = leaf; node && !path.has(node); node = nodes.get(node.parent ?? "")) path.add(node);
    return [...path];
  }

  /**
   * @param {Map<string, Node>} nodes
   * @param {unknown} current
   * @returns {Set<string>} node ids of the branch that the page shows
   */
  function currentPath(nodes, current) {
    const named = nodes.get(String(current));
    return new Set(upwards(nodes, named ?? newestLeaf(nodes)).map((node) => node.id));
  }

  /**
   * @param {Map<string, Node>} nodes
   * @returns {Node | undefined} newest leaf by time, then the deepest
   */
  function newestLeaf(nodes) {
    const leaves = [...nodes.values()].filter((node) => !node.children.some((child) => nodes.has(child)));
    const ranked = (leaves.length > 0 ? leaves : [...nodes.values()]).map((node) => ({
      node,
      time: Number(node.message.create_time) || 0,
      depth: upwards(nodes, node).length,
    }));
    ranked.sort((a, b) => b.time - a.time || b.depth - a.depth);
    return ranked[0]?.node;
  }

  /** @type {(node: Node) => boolean} a message of the person's own, hidden or not, ends an answer */
  const startsTurn = (node) => isPrompt(node.message);

  /**
   * Every run of messages from a prompt to the next prompt or to a leaf.
   *
   * @param {Map<string, Node>} nodes
   * @param {Node} prompt
   * @returns {Node[][]}
   */
  function chainsFrom(nodes, prompt) {
    /** @type {Node[][]} */
    const chains = [];
    /** @type {Node[][]} */
    const open = [[prompt]];
    for (let steps = 0; open.length > 0 && steps < STEPS_MAX && chains.length < CHAINS_MAX; steps += 1) {
      const chain = /** @type {Node[]} */ (open.pop());
      const children = childrenOf(nodes, /** @type {Node} */ (chain.at(-1))).filter((child) => !chain.includes(child));
      const answers = children.filter((child) => !startsTurn(child));
      if (answers.length === 0 || answers.length < children.length) chains.push(chain.slice(1));
      open.push(...answers.toReversed().map((child) => [...chain, child]));
    }
    return chains;
  }

  /** @type {(nodes: Map<string, Node>, node: Node) => Node[]} */
  const childrenOf = (nodes, node) =>
    node.children.flatMap((/** @type {string} */ id) => nodes.get(id) ?? []);

  /**
   * @param {Map<string, Node>} nodes
   * @param {Node} node
   * @returns {{at: string | null, source: Capture.TimeSource}} its own time, or the nearest ancestor's
   */
  function askedAt(nodes, node) {
    const own = timeOf(node.message.create_time);
    if (own) return { at: own, source: "message" };
    const inherited = upwards(nodes, node).map((one) => timeOf(one.message.create_time)).find((time) => time !== null);
    return { at: inherited ?? null, source: "conversation" };
  }

  /** @type {(message: Capture.Json) => Capture.Status | null} null while it is being written */
  function statusOf(message) {
    const finish = objectOf(objectOf(message.metadata).finish_details).type;
    if (finish === "interrupted") return "interrupted";
    if (finish === "max_tokens" || message.status === "finished_partial_completion") return "partial";
    return message.status === "in_progress" || message.status === "error" ? null : "complete";
  }

  /**
   * @typedef {object} Turn one prompt and the messages after it
   * @property {Capture.Json} prompt
   * @property {string | null} parentId
   * @property {Capture.Json[]} answers
   * @property {{at: string | null, source: Capture.TimeSource}} asked
   * @property {boolean} onCurrentPath
   *
   * @typedef {Capture.ChatFacts & {updatedAt: string | null, fidelity: Capture.Fidelity, extractor: string, now: string}} Context
   */

  /**
   * @param {Turn} turn
   * @param {Context} context
   * @returns {Capture.Draft | null} null without an answer that is finished and can be seen
   */
  function draftOf(turn, context) {
    const replies = turn.answers.filter(isReply).map(replyOf).filter((/** @type {Capture.Reply} */ one) => one.text !== "");
    const last = replies.at(-1);
    const status = last ? statusOf(last.message) : null;
    if (!last || status === null) return null;
    const conversationTime = context.createdAt ?? context.updatedAt;
    return {
      conversationId: context.id,
      promptId: textOrNull(turn.prompt.id),
      replyId: last.id,
      parentId: turn.parentId,
      prompt: rawText(turn.prompt),
      reply: joinReplies(replies),
      askedAt: turn.asked.at ?? conversationTime ?? context.now,
      askedAtSource: turn.asked.at ? turn.asked.source : conversationTime ? "conversation" : "observed",
      answeredAt: timeOf(last.message.update_time) ?? timeOf(last.message.create_time),
      model: textOrNull(objectOf(last.message.metadata).model_slug),
      title: context.title,
      projectId: context.projectId,
      gizmoId: context.gizmoId,
      fidelity: context.fidelity,
      status,
      onCurrentPath: turn.onCurrentPath,
      attachments: attachmentsOf(turn.prompt),
      citations: mergeCitations(replies.map((/** @type {Capture.Reply} */ reply) => reply.citations)),
      extractor: context.extractor,
    };
  }

  /**
   * @param {Map<string, Node>} nodes
   * @param {Set<string>} path
   * @param {Node} prompt
   * @returns {Turn[]}
   */
  function turnsOf(nodes, path, prompt) {
    const parent = nodes.get(prompt.parent ?? "");
    return chainsFrom(nodes, prompt).map((chain) => {
      const end = chain.at(-1) ?? prompt;
      const next = childrenOf(nodes, end).find((child) => path.has(child.id));
      return {
        prompt: prompt.message,
        parentId: textOrNull(parent?.message.id) ?? prompt.parent,
        answers: chain.map((node) => node.message),
        asked: askedAt(nodes, prompt),
        // The path may go on through a longer answer: then this shorter one is not what the page shows.
        onCurrentPath: path.has(end.id) && (next === undefined || startsTurn(next)),
      };
    });
  }

  /**
   * @param {Capture.Json} json
   * @returns {Capture.ChatFacts & {updatedAt: string | null, temporary: boolean}}
   */
  function chatFacts(json) {
    return {
      id: textOrNull(json.conversation_id) ?? textOrNull(json.id) ?? "",
      title: titleOf(json.title),
      ...folderOf(json.gizmo_id, json.conversation_template_id),
      createdAt: timeOf(json.create_time),
      updatedAt: timeOf(json.update_time),
      temporary: json.is_temporary === true,
    };
  }

  /**
   * Exchanges of a conversation document with all its branches.
   *
   * @param {Capture.Json} json
   * @param {{extractor: string, now: string}} reading
   * @returns {Capture.Draft[]}
   */
  function readTree(json, { extractor, now }) {
    const nodes = nodesOf(json);
    const path = currentPath(nodes, json.current_node);
    const prompts = [...nodes.values()].filter(startsTurn);
    const context = { ...chatFacts(json), fidelity: /** @type {const} */ ("api_full"), extractor, now };
    const drafts = prompts.flatMap((prompt) => turnsOf(nodes, path, prompt)).map((turn) => draftOf(turn, context));
    return uniqueDrafts(drafts);
  }

  /**
   * @param {(Capture.Draft | null)[]} drafts
   * @returns {Capture.Draft[]} those with an answer, each pair of ids once; the one on the path wins
   */
  function uniqueDrafts(drafts) {
    /** @type {Map<string, Capture.Draft>} */
    const byIds = new Map();
    for (const draft of drafts) {
      if (draft === null) continue;
      const ids = `${draft.promptId} ${draft.replyId}`;
      if (!byIds.has(ids) || draft.onCurrentPath) byIds.set(ids, draft);
    }
    return [...byIds.values()];
  }

  /**
   * Exchanges of a flat window. Its first messages may answer a prompt that stands in an older window.
   *
   * @param {Capture.Json[]} messages in order
   * @param {Context} context
   * @returns {{drafts: Capture.Draft[], headless: Capture.Json[]}}
   */
  function readWindow(messages, context) {
    const starts = messages.flatMap((message, index) => (isPrompt(message) ? [index] : []));
    const drafts = starts.map((start, position) => {
      const prompt = /** @type {Capture.Json} */ (messages[start]);
      const own = timeOf(prompt.create_time);
      const parentId = textOrNull(objectOf(prompt.metadata).parent_id) ?? textOrNull(messages[start - 1]?.id);
      const answers = messages.slice(start + 1, starts[position + 1]);
      const asked = { at: own, source: /** @type {const} */ ("message") };
      return draftOf({ prompt, parentId, answers, asked, onCurrentPath: true }, context);
    });
    return { drafts: uniqueDrafts(drafts), headless: messages.slice(0, starts[0]).filter((one) => roleOf(one) !== "user") };
  }

  capture.conversationJson = Object.freeze({ chatFacts, readTree, readWindow });
})((globalThis.skilltrailCapture ??= {}));
