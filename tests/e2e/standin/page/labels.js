/** Words of the page in a few languages: nothing may be found by them. */
export const LABELS = {
  en: { you: "You said:", bot: "ChatGPT said:", stop: "Stop streaming", copy: "Copy", ask: "Ask anything" },
  de: { you: "Sie sagten:", bot: "ChatGPT sagte:", stop: "Streaming stoppen", copy: "Kopieren", ask: "Stelle irgendeine Frage" },
  ja: { you: "あなた:", bot: "ChatGPT:", stop: "ストリーミングを停止", copy: "コピーする", ask: "質問してみましょう" },
};
