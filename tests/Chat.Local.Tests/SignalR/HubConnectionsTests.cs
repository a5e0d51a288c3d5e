using Chat.Local.SignalR;
using Chat.Local.SignalR.Protocols;
using Chat.Local.Store;
using Xunit;

namespace Chat.Local.Tests.SignalR;

public sealed class HubConnectionsTests
{
    [Fact]
    public void The_end_of_a_connection_whose_id_was_taken_leaves_the_other_alone()
    {
        var clock = new TestClock();
        var hub = new HubConnections("hub", new MembershipJournal(LocalStore.InMemory()), clock);
        using var first = new ClientConnection("id", new Admission("hub", "alice"), clock, CancellationToken.None);
        using var second = new ClientConnection("id", new Admission("hub", "alice"), clock, CancellationToken.None);
        Assert.True(hub.TryOpen(first, ClientProtocol.Json));
        Assert.False(hub.TryOpen(second, ClientProtocol.Json));

        hub.Remove(second);
        Assert.Equal([first], hub.Find(new Address(Audience.Connection, "id")));

        hub.Remove(first);
        Assert.Empty(hub.Find(new Address(Audience.User, "alice")));
    }
}
