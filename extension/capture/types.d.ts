// Types that the classic capture scripts share. A script cannot import, so they are global here.

declare global {
  namespace Capture {
    type Json = Record<string, unknown>;

    interface Attachment {
      name: string;
      mime: string | null;
      size: number | null;
    }

    interface Citation {
      title: string | null;
      url: string;
    }

    type Status = "complete" | "interrupted" | "partial";
    type Fidelity = "api_full" | "api_window" | "stream_complete" | "stream_partial" | "dom";
    type TimeSource = "message" | "conversation" | "observed";

    /** An exchange before the bridge has completed it: the conversation id or the prompt may still be missing. */
    interface Draft {
      conversationId: string | null;
      promptId: string | null;
      replyId: string | null;
      parentId: string | null;
      prompt: string | null;
      reply: string;
      askedAt: string;
      answeredAt: string | null;
      askedAtSource: TimeSource;
      model: string | null;
      title: string | null;
      projectId: string | null;
      gizmoId: string | null;
      fidelity: Fidelity;
      status: Status;
      onCurrentPath: boolean;
      attachments: Attachment[];
      citations: Citation[];
      extractor: string;
    }

    /** What is known of a chat besides its exchanges. Times are RFC 3339. */
    interface ChatFacts {
      id: string;
      title: string | null;
      projectId: string | null;
      gizmoId: string | null;
      createdAt: string | null;
    }

    type UpMessage =
      | { type: "send"; turn: string; conversationId: string | null; promptId: string | null }
      | { type: "finished"; turn: string; draft: Draft }
      | { type: "failed"; turn: string; conversationId: string | null; promptId: string | null; code: string }
      | { type: "dropped"; turn: string }
      | { type: "temporary"; conversationId: string }
      | { type: "conversation"; chat: ChatFacts; drafts: Draft[] }
      | { type: "chats"; chats: ChatFacts[] }
      | { type: "read"; conversationId: string; status: number; retryAfter: number | null }
      | { type: "fault"; where: string };

    type DownMessage = { type: "ready" } | { type: "watch"; on: boolean } | { type: "read"; conversationId: string };

    interface Channel<Out> {
      send(message: Out): void;
      close(): void;
    }

    interface SseEvent {
      event: string;
      data: string;
    }

    /** What a send body says. */
    interface Send {
      action: string;
      promptId: string | null;
      prompt: string | null;
      parentId: string | null;
      conversationId: string | null;
      model: string | null;
      gizmoId: string | null;
      temporary: boolean;
      createdAt: string | null;
      attachments: Attachment[];
    }

    /** A prompt that was seen earlier in this page, for turns that do not repeat it. */
    interface KnownPrompt {
      promptId: string;
      prompt: string;
      parentId: string | null;
      conversationId: string | null;
      createdAt: string | null;
      attachments: Attachment[];
    }

    interface Reply {
      id: string | null;
      text: string;
      citations: Citation[];
      message: Json;
    }

    interface Leg {
      push(text: string): void;
      end(how: LegEnd): void;
      readonly full: boolean;
    }

    /** How a stream came to its end: by itself, cut off, over our cap, or with an error of the transport. */
    type LegEnd = "end" | "cut" | "cap" | "error";

    interface Rules {
      paired: boolean;
      consented: boolean;
      paused: boolean;
      activeReads: boolean;
      excluded: { titles: string[]; projects: string[]; urls: string[] };
    }

    interface Route {
      /** "chat": has a real id; "new": a chat may start here; "none": not a conversation. */
      kind: "chat" | "new" | "none";
      conversationId: string | null;
      projectId: string | null;
      gizmoId: string | null;
      temporary: boolean;
      url: string;
    }

    interface HealthRow {
      provider: string;
      conversation_id: string;
      sends_seen: number;
      replies_finished: number;
      turns_in_page: number;
      failed: number;
      degraded: boolean;
      updated_at: string;
    }

    interface DomTurn {
      key: string;
      promptId: string | null;
      replyId: string | null;
      model: string | null;
      /** The site shows its row of buttons under a finished answer. */
      hasActions: boolean;
      elements: Element[];
      /** Changes whenever the visible answer changes; cheap. */
      fingerprint(): string;
      prompt(): string;
      reply(): { text: string; incomplete: boolean; citations: Citation[] };
      attachments(): Attachment[];
    }

    interface DomPage {
      busy: boolean;
      conversationId: string | null;
      turns: DomTurn[];
    }

    interface Endpoint {
      kind: string;
      method: string;
      path: RegExp;
    }

    interface StreamFormat {
      extractor: string;
      grammar: string;
      grammarEvent: string;
      deltaEvent: string;
      pingEvent: string;
      endOfLeg: string;
      types: Readonly<Record<string, string>>;
      socket: Readonly<Record<string, string>>;
    }

    interface ContentFormat {
      noise: string;
      codeBlock: string;
      codeEditor: string;
      codeLine: string;
      codeGap: string;
      codeText: string;
      languageAttribute: string;
      languageClass: RegExp;
      formula: string;
      formulaBlock: string;
      formulaSource: string;
      citation: string;
      citationLink: string;
    }

    interface PromptFormat {
      markdown: string | null;
      plain: string;
    }

    interface PairedGeneration {
      name: string;
      layout: "paired";
      activePage: string;
      turn: string;
      turnKey: string;
      unit: string;
      unitIds: string;
      unitKey: string;
      userSuffix: string;
      userMark: string;
      conversation: string;
      prompt: PromptFormat;
      reply: string;
      replyId: string;
      actions: string;
      attachment: string;
    }

    interface AlternatingGeneration {
      name: string;
      layout: "alternating";
      turn: string;
      ordinal: string;
      message: string;
      role: string;
      messageId: string;
      model: string;
      prompt: PromptFormat;
      reply: string;
      actions: string;
      attachment: string;
    }

    interface DomFormat {
      extractor: string;
      busy: string;
      ordinal: RegExp;
      attachmentName: string;
      content: ContentFormat;
      generations: readonly (PairedGeneration | AlternatingGeneration)[];
    }

    interface UrlFormat {
      origin: string;
      conversationId: RegExp;
      conversation: RegExp;
      provisional: RegExp;
      fresh: RegExp;
      project: RegExp;
      gizmo: RegExp;
      temporary: { parameter: string; value: string };
    }

    interface ReadFormat {
      session: string;
      conversations: readonly { kind: string; path: string }[];
      accountCookie: string;
      accountHeader: string;
    }

    interface TrafficSite {
      version: number;
      endpoints: readonly Endpoint[];
      reads: ReadFormat;
      stream: StreamFormat;
      json: { extractor: string };
      urls: { conversationId: RegExp; temporary: { parameter: string; value: string } };
    }

    interface PageSite {
      version: number;
      provider: string;
      urls: UrlFormat;
      dom: DomFormat;
    }
  }

  // One namespace for the files of one manifest entry. In the page's world tap.js removes it.
  var skilltrailCapture: any;
}

export {};
