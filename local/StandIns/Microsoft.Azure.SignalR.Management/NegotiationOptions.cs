// As in the package, whose types carry no nullable annotations.
#nullable disable

using System.Security.Claims;

namespace Microsoft.Azure.SignalR.Management;

/// <summary>Whom an access token is for, and for how long.</summary>
public class NegotiationOptions
{
    public string UserId { get; set; }

    /// <summary>Claims to carry beside the user id.</summary>
    public IList<Claim> Claims { get; set; }

    /// <summary>One hour unless set.</summary>
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromHours(1);
}
