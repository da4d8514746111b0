/** Does the page's traffic where a main-world script cannot look: requests, and the one socket. */
const sockets = new Map();

self.onmessage = ({ data }) => {
  if (data.socket) openSocket(data);
  else if (data.send) sockets.get(data.job).send(data.send);
  else request(data);
};

async function request({ job, url, init }) {
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
}

function openSocket({ job, socket: address }) {
  const socket = new WebSocket(address);
  sockets.set(job, socket);
  socket.onopen = () => self.postMessage({ job, open: true });
  socket.onmessage = ({ data }) => self.postMessage({ job, frame: data });
}
