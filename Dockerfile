# weir in a container: built in one image, run in another that has Node and nothing to build with.
ARG NODE=node:24-bookworm-slim

FROM ${NODE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npx tsc -p tsconfig.build.json && cp -r src/admin/page dist/admin/page

FROM ${NODE} AS dependencies
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts

FROM ${NODE}
ENV NODE_ENV=production
WORKDIR /opt/weir
COPY --from=dependencies /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY examples/poll.js examples/poll.js
COPY package.json LICENSE ./
# The configuration is mounted here; without --config this is where it is looked for.
WORKDIR /etc/weir
# The user `node` of the base image. Nothing below / has to be writable.
USER 1000:1000
EXPOSE 8080 9090
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9090/health/ready').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))"]
ENTRYPOINT ["node", "/opt/weir/dist/cli.js"]
CMD ["serve", "--config", "/etc/weir/proxy.yaml"]
