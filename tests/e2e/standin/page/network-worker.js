/** Does the page's requests where a main-world script cannot look. */
self.onmessage = async ({ data }) => {
  const { job, url, init } = data;
  try {
    const response = await fetch(url, init);
    self.postMessage({ job, status: response.status, name: response.headers.get("x-request-id") });
    const reader = response.body.getReader();
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      self.postMessage({ job, chunk: step.value });
    }
    self.postMessage({ job, end: true });
  } catch (error) {
    self.postMessage({ job, error: String(error) });
  }
};
