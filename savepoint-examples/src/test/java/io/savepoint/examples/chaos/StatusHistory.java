package io.savepoint.examples.chaos;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.h2.api.Trigger;

/** Has the database itself keep every status that is written, in the transaction that writes it. */
public final class StatusHistory implements Trigger {
    private static final int STATUS = 4;
    private static final String TABLE =
            "CREATE TABLE status_history (seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, status VARCHAR NOT NULL)";
    private static final List<String> H2 = List.of(
            TABLE,
            "CREATE TRIGGER keep_status AFTER UPDATE ON flink_cluster FOR EACH ROW CALL '"
                    + StatusHistory.class.getName() + "'");
    private static final List<String> POSTGRESQL = List.of(TABLE, """
            CREATE FUNCTION keep_status() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN INSERT INTO status_history (status) VALUES (NEW.status); RETURN NEW; END $$""", """
            CREATE TRIGGER keep_status AFTER UPDATE OF status ON flink_cluster
            FOR EACH ROW EXECUTE FUNCTION keep_status()""");

    static void install(DataSource dataSource, boolean h2) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : h2 ? H2 : POSTGRESQL) {
                statement.execute(sql);
            }
        }
    }

    /** A line of the history. */
    record Written(long seq, String status) {}

    static List<Written> after(DataSource dataSource, long seq) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement query = connection.prepareStatement(
                        "SELECT seq, status FROM status_history WHERE seq > ? ORDER BY seq")) {
            query.setLong(1, seq);
            List<Written> found = new ArrayList<>();
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    found.add(new Written(rows.getLong(1), rows.getString(2)));
                }
            }
            return found;
        }
    }

    @Override
    public void fire(Connection connection, Object[] before, Object[] after) throws SQLException {
        if (after[STATUS].equals(before[STATUS])) {
            return;
        }
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO status_history (status) VALUES (?)")) {
            insert.setString(1, after[STATUS].toString());
            insert.executeUpdate();
        }
    }
}
