import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.opensearch.analysis.common.CommonAnalysisPlugin;
import org.opensearch.common.Priority;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.index.mapper.MapperExtrasPlugin;
import org.opensearch.index.reindex.ReindexPlugin;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.painless.PainlessPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.script.expression.ExpressionPlugin;
import org.opensearch.transport.Netty4Plugin;

/**
 * A cluster of OpenSearch in one process, whose nodes are stopped and started by lines of standard input.
 *
 * <p>Arguments: the number of nodes, a folder for what they keep, and any settings as {@code name=value}.
 * Commands: {@code stop I} and {@code start I}. Each is answered by one line on standard output, {@code stopped I}
 * or {@code ready I HOST:PORT}, the ports staying the same; all nodes are told ready at first. The end of the
 * input ends the process, so that it does not outlive the one that started it. Logs go to standard error.
 */
public final class Nodes {
    private static final List<Class<? extends Plugin>> PLUGINS = List.of(
        Netty4Plugin.class,
        CommonAnalysisPlugin.class,
        MapperExtrasPlugin.class,
        ReindexPlugin.class,
        PainlessPlugin.class,
        ExpressionPlugin.class
    );

    private static final class ClassPathNode extends Node {
        ClassPathNode(Environment environment) {
            super(environment, PLUGINS, true);
        }
    }

    private final PrintStream answers;
    private final Settings[] settings;
    private final int[] ports;
    private final Node[] nodes;

    private Nodes(PrintStream answers, int count, Path folder, Settings extra) throws IOException {
        this.answers = answers;
        settings = new Settings[count];
        nodes = new Node[count];
        ports = freePorts(2 * count); // of HTTP, and after them those between the nodes
        List<String> names = IntStream.range(0, count).mapToObj(i -> "node-" + i).collect(Collectors.toList());
        List<String> seeds = IntStream.range(0, count).mapToObj(i -> "127.0.0.1:" + ports[count + i]).collect(Collectors.toList());
        for (int i = 0; i < count; i++) {
            Settings.Builder builder = Settings.builder()
                .put("cluster.name", "searchlib-tests")
                .put("node.name", names.get(i))
                .put("path.home", folder.resolve(names.get(i)).toString())
                .put("network.host", "127.0.0.1")
                .put("http.port", ports[i])
                .put("transport.port", ports[count + i])
                .put("cluster.routing.allocation.disk.threshold_enabled", false); // a full disk says nothing of searchlib
            if (count == 1) {
                builder.put("discovery.type", "single-node");
            } else {
                builder.putList("discovery.seed_hosts", seeds).putList("cluster.initial_cluster_manager_nodes", names);
            }
            settings[i] = builder.put(extra).build();
        }
    }

    /** Ports that were free a moment ago: a node that is started again has the one that its clients know. */
    private static int[] freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            int[] ports = new int[count];
            for (int i = 0; i < count; i++) {
                held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
                ports[i] = held.get(i).getLocalPort();
            }
            return ports;
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    private void make(int i) {
        nodes[i] = new ClassPathNode(InternalSettingsPreparer.prepareEnvironment(settings[i], Map.of(), null, () -> "node"));
    }

    private void ready(int i) {
        answers.println("ready " + i + " 127.0.0.1:" + ports[i]);
    }

    /**
     * Waits until those that run, if they are a majority, have all joined and agreed on who votes: before that the end
     * of one node may leave the others without a cluster manager.
     */
    private void settle() {
        List<Node> running = Arrays.stream(nodes).filter(Objects::nonNull).collect(Collectors.toList());
        if (2 * running.size() > nodes.length) {
            boolean late = running.get(0).client().admin().cluster().prepareHealth()
                .setWaitForNodes(Integer.toString(running.size())).setWaitForEvents(Priority.LANGUID)
                .setTimeout("60s").get().isTimedOut();
            if (late) {
                throw new IllegalStateException("the nodes did not find each other within 60 s");
            }
        }
    }

    private void stop(int i) throws Exception {
        nodes[i].close();
        if (!nodes[i].awaitClose(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("node " + i + " did not close within 30 s");
        }
        nodes[i] = null;
        answers.println("stopped " + i);
    }

    /**
     * Made one after another, since Painless builds its lists of what a script may call without a lock; started side
     * by side, since none is ready before most of them have found each other.
     */
    private void startAll() throws InterruptedException {
        for (int i = 0; i < nodes.length; i++) {
            make(i);
        }
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < nodes.length; i++) {
            int own = i;
            threads.add(new Thread(() -> orDie(() -> nodes[own].start()), "start-" + i));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        settle();
        for (int i = 0; i < nodes.length; i++) {
            ready(i);
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private static void orDie(Step step) {
        try {
            step.run();
        } catch (Throwable failure) {
            failure.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    private void obey(String command) throws Exception {
        String[] words = command.split(" ");
        int node = Integer.parseInt(words[1]);
        if (words[0].equals("stop")) {
            stop(node);
        } else {
            make(node);
            nodes[node].start();
            settle();
            ready(node);
        }
    }

    public static void main(String[] arguments) {
        PrintStream answers = System.out;
        System.setOut(System.err); // the logs' default is standard output
        orDie(() -> {
            Settings.Builder extra = Settings.builder();
            for (int i = 2; i < arguments.length; i++) {
                String[] pair = arguments[i].split("=", 2);
                extra.put(pair[0], pair[1]);
            }
            Nodes cluster = new Nodes(answers, Integer.parseInt(arguments[0]), Path.of(arguments[1]), extra.build());
            cluster.startAll();
            BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                cluster.obey(line);
            }
        });
        Runtime.getRuntime().halt(0); // the folder is thrown away: nothing has to be closed
    }
}
