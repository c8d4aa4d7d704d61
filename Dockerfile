# The page, over the folder that is mounted at /corpus. docs/container.md says how to build and run it.
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
# The options of pip for torch. On amd64, the default index has a build with gigabytes of CUDA libraries: pass the
# --index-url of the CPU build, which PyTorch's page "Start locally" shows. On arm64, the default is the CPU build.
ARG TORCH_OPTIONS=""
RUN python3 -m venv /opt/qa
RUN /opt/qa/bin/pip install --no-cache-dir ${TORCH_OPTIONS} "torch>=2.6,<2.14"
COPY pyproject.toml MANIFEST.in README.md LICENSE /source/
COPY qa /source/qa
RUN /opt/qa/bin/pip install --no-cache-dir /source

FROM ${BASE}
RUN useradd --uid 1000 --create-home qa && mkdir /corpus /index && chown qa:qa /corpus /index
COPY --from=build /opt/qa /opt/qa
ENV PATH=/opt/qa/bin:${PATH} \
    QA_CORPUS=/corpus \
    QA_INDEX=/index \
    GRADIO_SERVER_NAME=0.0.0.0 \
    GRADIO_SERVER_PORT=7860
USER qa
WORKDIR /home/qa
VOLUME /corpus /index
EXPOSE 7860
# As Ctrl-C does: running answers are finished.
STOPSIGNAL SIGINT
# Little is indexed before the page is served, much meanwhile.
HEALTHCHECK --start-period=1h --interval=30s --timeout=10s \
    CMD ["python3", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 7860, 5); c.request('GET', '/health'); raise SystemExit(c.getresponse().status >= 400)"]
CMD ["qa", "serve"]
