using Microsoft.AspNetCore.SignalR;

namespace Chat.Floor;

/// <summary>Who is connected; each says which conversations they want to hear.</summary>
internal sealed class FloorHub : Hub
{
    public Task Join(string conversation) => Groups.AddToGroupAsync(Context.ConnectionId, conversation);
}
